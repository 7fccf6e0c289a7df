#include "io/engine/wasmtime/streams/guest_stream.h"

#include <tuple>
#include <utility>

namespace weft::engine::wasmtime {
namespace {

thread_local bool is_reading = false;

struct Reading {
    Reading() { is_reading = true; }
    ~Reading() { is_reading = false; }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
};

}  // namespace

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

std::unique_ptr<GuestStream> GuestStream::of(StreamHandle stream, rt::Executor* executor) {
    if (!stream) return nullptr;
    return std::unique_ptr<GuestStream>(new GuestStream(std::move(stream), executor));
}

rt::Task<rt::Chunk> GuestStream::read() {
    while (true) {
        if (auto chunk = try_read()) co_return std::move(*chunk);
        CO_CHECK(co_await ReadWaker::wait(waker_));
    }
}

std::optional<Result<rt::Chunk>> GuestStream::try_read() {
    we_buf bytes{};
    const Reading reading;
    switch (stream_ ? we_stream_poll(stream_.get(), waker_->waker(), &bytes) : WE_STREAM_CUT) {
        case WE_STREAM_PENDING: return std::nullopt;
        case WE_STREAM_CHUNK: {
            const auto chunk = take(bytes);
            return rt::Chunk{.data = Bytes(chunk.bytes().begin(), chunk.bytes().end())};
        }
        case WE_STREAM_CLOSED: return rt::Chunk{.data = {}, .last = true};
        default:
            return fail(Errc::unavailable, "engine.stream_cut",
                        "the component ended before the end of its stream");
    }
}

void GuestStream::cut() {
    stream_.reset();
    waker_->wake();
}

BodyHandle GuestStream::take_output() {
    BodyHandle output(we_output_of(stream_.get()));
    if (output) std::ignore = stream_.release();
    return output;
}

bool GuestStream::is_being_read() { return is_reading; }

}  // namespace weft::engine::wasmtime
