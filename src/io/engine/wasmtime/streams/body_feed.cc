#include "io/engine/wasmtime/streams/body_feed.h"

#include <tuple>

#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/streams/guest_stream.h"

namespace weft::engine::wasmtime {
namespace {

/// What the guest is told of a body that cannot be completed.
std::int32_t reason_of(Errc code) {
    switch (code) {
        case Errc::exhausted: return WE_BODY_TOO_LARGE;
        case Errc::deadline: return WE_BODY_TIMEOUT;
        case Errc::unavailable:
        case Errc::cancelled: return WE_BODY_TERMINATED;
        default: return WE_BODY_INTERNAL;
    }
}

}  // namespace

Result<std::shared_ptr<BodyFeed>> BodyFeed::create(rt::Executor* executor,
                                                   std::unique_ptr<rt::ByteSource> source) {
    std::shared_ptr<BodyFeed> feed(new BodyFeed(executor, std::move(source)));
    using Share = std::shared_ptr<Asked>;
    auto share = std::make_unique<Share>(feed->asked_);
    auto calls = sized<we_body_vtable>();
    feed->asked_->feed = feed;
    feed->asked_->executor = executor;
    calls.want = [](void* context) noexcept {
        auto& asked = **static_cast<Share*>(context);
        asked.wanted = true;
        if (!GuestStream::is_being_read()) return;
        asked.executor->post([weak = asked.feed] {
            if (const auto asked_feed = weak.lock()) asked_feed->pump();
        });
    };
    calls.closed = [](void* asked) noexcept {
        const std::unique_ptr<Share> last(static_cast<Share*>(asked));
        (*last)->closed = true;
    };
    TRY(feed->body_, make<BodyHandle>([&](we_body** out, we_error** error) {
            return we_body_new(&calls, share.get(), out, error);
        }));
    std::ignore = share.release();  // Given back by `closed`.
    return feed;
}

std::shared_ptr<BodyFeed> BodyFeed::of_output(rt::Executor* executor, BodyHandle output) {
    std::shared_ptr<BodyFeed> feed(new BodyFeed(executor, nullptr));
    feed->body_ = std::move(output);
    feed->asked_->closed = true;
    return feed;
}

void BodyFeed::pump() {
    if (is_closed()) return stop();
    if (!asked_->wanted || reading_ || !source_) return;
    asked_->wanted = false;
    reading_ = true;
    auto ready = source_->try_read();
    // The source is foreign code, which may have ended the instance.
    if (reads_.is_closed()) return source_.reset();
    if (ready) {
        reading_ = false;
        return deliver(std::move(*ready));
    }
    // Its own scope is open until `stop`.
    WEFT_ASSERT(reads_.spawn(read_one(shared_from_this())), "a body that is read is not stopped");
}

rt::Task<void> BodyFeed::read_one(std::shared_ptr<BodyFeed> feed) {
    Result<rt::Chunk> chunk = co_await feed->source_->read();
    feed->reading_ = false;
    if (feed->is_closed() || feed->reads_.is_closed()) {
        feed->source_.reset();
        co_return ok();
    }
    feed->deliver(std::move(chunk));
    co_return ok();
}

void BodyFeed::deliver(Result<rt::Chunk> chunk) {
    if (!chunk) {
        we_body_fail(body_.get(), reason_of(chunk.error().code));
        source_.reset();
        return;
    }
    if (meter_) meter_(chunk->data.size());
    if (!chunk->data.empty()) we_body_feed(body_.get(), give(std::move(chunk->data)));
    if (!chunk->last) return;
    std::vector<we_header> trailers;
    if (chunk->trailers)
        for (const auto& [name, value] : *chunk->trailers)
            trailers.push_back({borrow(name), borrow(value)});
    // Fields that the library does not take are the client's fault; the content is complete.
    if (we_body_finish(body_.get(), trailers.data(), trailers.size()) != WE_OK)
        we_body_finish(body_.get(), nullptr, 0);
    source_.reset();
}

void BodyFeed::stop() {
    reads_.refuse();
    meter_ = {};
    if (reading_)
        reads_.cancel();
    else
        source_.reset();
}

}  // namespace weft::engine::wasmtime
