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

class Streams;

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

/// A stream of bytes, or a future as a stream of one chunk, that a guest handed over. The guest
/// waits while a chunk of at most 64 KiB lies unread. Shard-local.
class GuestStream final : public rt::ByteSource {
  public:
    GuestStream(std::shared_ptr<Streams> streams, StreamHandle stream, rt::Executor* executor);
    ~GuestStream() override;

    /// Cancelling it loses nothing.
    rt::Task<rt::Chunk> read() override;
    std::optional<Result<rt::Chunk>> try_read() override;

    /// The guest's store goes next: what it did not close until now is cut. Of a guest that
    /// `failed` nobody knows whether it closed what is closed now.
    void before_drop(bool failed);
    /// Nothing more is read: cuts what the guest did not close until now, and tells it.
    void cut();

  private:
    enum class Fate { open, closed, cut };

    std::optional<rt::Chunk> look();

    std::shared_ptr<Streams> streams_;
    StreamHandle stream_;
    WakeablePtr<ReadWaker> waker_;
    std::optional<rt::Chunk> kept_;  // What came before the guest's end.
    Fate fate_ = Fate::open;
};

}  // namespace weft::engine::wasmtime
