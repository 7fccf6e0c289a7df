#include "io/engine/wasmtime/streams/streams.h"

#include <utility>

#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/streams/guest_stream.h"

namespace weft::engine::wasmtime {

Result<std::uint32_t> Streams::attach(std::unique_ptr<rt::ByteSource> source, const Give& give) {
    WEFT_ASSERT(executor_->is_current(),
                "a source is given to a guest on the executor of its instance");
    if (stopped_) return unwanted();
    if (auto* const stream = dynamic_cast<GuestStream*>(source.get()))
        if (auto output = stream->take_output())
            return add(BodyFeed::of_output(executor_, std::move(output)), give);
    TRY(auto feed, BodyFeed::create(executor_, std::move(source)));
    return add(std::move(feed), give);
}

/// Keeps the body until the next poll at least: it may be taken later than `give` returns.
Result<std::uint32_t> Streams::add(std::shared_ptr<BodyFeed> feed, const Give& give) {
    const auto place = give(feed->body());
    if (place == UINT32_MAX) {
        feed->stop();
        return fail(Errc::exhausted, "engine.streams_full",
                    "a call or an answer carries at most 128 streams and futures");
    }
    feeds_.push_back(std::move(feed));
    return place;
}

Result<Output> Streams::attach_output(const Give& give) {
    if (stopped_) return unwanted();
    we_stream* written = nullptr;
    TRY(auto body, make<BodyHandle>([&](we_body** out, we_error** error) {
            return we_output_new(&written, out, error);
        }));
    auto source = GuestStream::of(StreamHandle(written), executor_);
    TRY(const auto place, add(BodyFeed::of_output(executor_, std::move(body)), give));
    return Output{place, std::move(source)};
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
