#include "io/engine/wasmtime/streams/streams.h"

#include <utility>

namespace weft::engine::wasmtime {

Result<std::uint32_t> Streams::attach(std::unique_ptr<rt::ByteSource> source, const Give& give) {
    WEFT_ASSERT(executor_->is_current(),
                "a source is given to a guest on the executor of its instance");
    if (stopped_) return unwanted();
    TRY(auto feed, BodyFeed::create(executor_, std::move(source)));
    const auto place = give(feed->body());
    if (place == UINT32_MAX) {
        feed->stop();
        return fail(Errc::exhausted, "engine.streams_full",
                    "a call or an answer carries at most 128 streams and futures");
    }
    feeds_.push_back(std::move(feed));
    return place;
}

Failure Streams::unwanted() {
    return fail(Errc::cancelled, "engine.stream_unwanted",
                "the instance has ended: nobody reads the stream");
}

void Streams::pump() {
    // Sources are foreign code, which may attach others.
    for (std::size_t index = 0; index < feeds_.size(); ++index) {
        const auto feed = feeds_[index];
        feed->pump();
    }
    std::erase_if(feeds_, [](const auto& feed) { return feed->is_closed(); });
}

void Streams::stop() {
    stopped_ = true;
    for (const auto& feed : std::exchange(feeds_, {})) feed->stop();
}

}  // namespace weft::engine::wasmtime
