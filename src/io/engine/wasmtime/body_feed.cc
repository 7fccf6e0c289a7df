#include "io/engine/wasmtime/body_feed.h"

#include "io/engine/wasmtime/failure.h"

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
    auto calls = sized<we_body_vtable>();
    calls.want = [](void* self) noexcept { static_cast<BodyFeed*>(self)->wanted_ = true; };
    calls.closed = [](void* self) noexcept { static_cast<BodyFeed*>(self)->closed_ = true; };
    TRY(feed->body_, make<BodyHandle>([&](we_body** out, we_error** error) {
            return we_body_new(&calls, feed.get(), out, error);
        }));
    return feed;
}

void BodyFeed::pump() {
    if (closed_) return stop();
    if (!wanted_ || reading_ || !source_) return;
    wanted_ = false;
    if (auto ready = source_->try_read()) return deliver(std::move(*ready));
    reading_ = true;
    // Its own scope is open until `stop`.
    WEFT_ASSERT(reads_.spawn(read_one(shared_from_this())), "a body that is read is not stopped");
}

rt::Task<void> BodyFeed::read_one(std::shared_ptr<BodyFeed> feed) {
    Result<rt::Chunk> chunk = co_await feed->source_->read();
    feed->reading_ = false;
    if (feed->closed_) {
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
    const bool last = chunk->last;
    if (!chunk->data.empty()) we_body_feed(body_.get(), give(std::move(chunk->data)));
    if (!last) return;
    we_body_finish(body_.get());
    source_.reset();
}

void BodyFeed::stop() {
    closed_ = true;
    reads_.refuse();
    if (reading_)
        reads_.cancel();
    else
        source_.reset();
}

}  // namespace weft::engine::wasmtime
