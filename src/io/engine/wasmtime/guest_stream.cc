#include "io/engine/wasmtime/guest_stream.h"

#include "io/engine/wasmtime/streams.h"

namespace weft::engine::wasmtime {

void ReadWaker::wake() noexcept {
    const std::lock_guard lock(mutex_);
    if (scheduled_ || forgotten_) return;
    scheduled_ = true;
    executor_->post([self = WakeablePtr(this)] { self->run(); });
}

void ReadWaker::run() {
    {
        const std::lock_guard lock(mutex_);
        scheduled_ = false;
    }
    if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->complete_now(ok());
}

void ReadWaker::forget() {
    const std::lock_guard lock(mutex_);
    forgotten_ = true;
}

rt::Task<void> ReadWaker::wait(WakeablePtr<ReadWaker> waker) {
    rt::OneShot<void> woken;
    waker->waiting_ = &woken;
    Result<void> result = co_await woken;
    waker->waiting_ = nullptr;
    co_return result;
}

GuestStream::GuestStream(std::shared_ptr<Streams> streams, StreamHandle stream,
                         rt::Executor* executor)
    : streams_(std::move(streams)), stream_(std::move(stream)), waker_(new ReadWaker(executor)) {
    streams_->enter(this);
}

GuestStream::~GuestStream() {
    streams_->leave(this);
    waker_->forget();
}

rt::Task<rt::Chunk> GuestStream::read() {
    while (true) {
        if (auto chunk = try_read()) co_return std::move(*chunk);
        CO_CHECK(co_await ReadWaker::wait(waker_));
    }
}

std::optional<Result<rt::Chunk>> GuestStream::try_read() {
    auto chunk = std::exchange(kept_, std::nullopt);
    if (!chunk && fate_ == Fate::open) chunk = look();
    if (chunk) return std::move(*chunk);
    if (fate_ == Fate::closed) return rt::Chunk{.data = {}, .last = true};
    if (fate_ == Fate::cut)
        return fail(Errc::unavailable, "engine.stream_cut",
                    "the component ended before the end of its stream");
    return std::nullopt;
}

void GuestStream::before_drop(bool failed) {
    if (fate_ != Fate::open) return;
    if (!kept_) kept_ = look();
    // A chunk hides whether an end follows.
    if (fate_ == Fate::open && kept_) look();
    if (fate_ == Fate::open || failed) fate_ = Fate::cut;
}

void GuestStream::cut() {
    before_drop(false);
    stream_.reset();
    waker_->wake();
}

std::optional<rt::Chunk> GuestStream::look() {
    we_buf bytes{};
    switch (we_stream_poll(stream_.get(), waker_->waker(), &bytes)) {
        case WE_STREAM_CHUNK: {
            const auto chunk = take(bytes);
            return rt::Chunk{.data = Bytes(chunk.bytes().begin(), chunk.bytes().end())};
        }
        case WE_STREAM_END: fate_ = Fate::closed; return std::nullopt;
        default: return std::nullopt;
    }
}

}  // namespace weft::engine::wasmtime
