#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "base/rt/byte_stream.h"
#include "base/rt/executor.h"
#include "base/rt/one_shot.h"
#include "io/engine/wasmtime/handle.h"
#include "io/engine/wasmtime/wakeable.h"

namespace weft::engine::wasmtime {

/// Carries wakes of any thread to the reader's executor; any number becomes one look at the stream.
/// All but `wake` is the reader's, on its executor.
class ReadWaker final : public Wakeable {
  public:
    /// `executor` outlives the reader, or `forget` comes before its end.
    explicit ReadWaker(rt::Executor* executor) : executor_(executor) {}

    void wake() noexcept override;
    /// The reader is gone: nothing is posted any more.
    void forget();
    /// Returns after a wake since the last look at the stream. Errors: cancelled. One waiter.
    static rt::Task<void> wait(WakeablePtr<ReadWaker> waker);

  private:
    ~ReadWaker() override = default;
    void run();

    rt::Executor* executor_;
    std::mutex mutex_;
    bool scheduled_ = false;                // Guarded by mutex_.
    bool forgotten_ = false;                // Guarded by mutex_.
    rt::OneShot<void>* waiting_ = nullptr;  // Borrowed from the frame of `wait`.
};

/// What a guest handed over: a stream of bytes, a future as a stream of one chunk, an input-stream,
/// or an output-stream, of which nothing is read. The guest waits while a chunk of at most 64 KiB
/// lies unread. Shard-local.
class GuestStream final : public rt::ByteSource {
  public:
    /// Null for no stream. `executor` outlives it.
    static std::unique_ptr<GuestStream> of(StreamHandle stream, rt::Executor* executor);
    ~GuestStream() override { waker_->forget(); }

    /// Cancelling it loses nothing.
    rt::Task<rt::Chunk> read() override;
    std::optional<Result<rt::Chunk>> try_read() override;
    /// Nothing more is read, and the guest learns it: reads fail from now on.
    void cut();
    /// What another guest gets to write, if this is an output-stream; then nothing is left of it.
    BodyHandle take_output();

    /// A stream is being looked at by this thread, outside of a poll of the guest that it is of.
    static bool is_being_read();

  private:
    GuestStream(StreamHandle stream, rt::Executor* executor)
        : stream_(std::move(stream)), waker_(new ReadWaker(executor)) {}

    StreamHandle stream_;  // Null once cut.
    WakeablePtr<ReadWaker> waker_;
};

}  // namespace weft::engine::wasmtime
