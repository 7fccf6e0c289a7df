#pragma once

#include <cstdint>
#include <mutex>
#include <thread>

#include "base/rt/executor.h"
#include "io/engine/wasmtime/handle.h"
#include "io/engine/wasmtime/wakeable.h"

namespace weft::engine::wasmtime {

class PollJob;
using PollJobPtr = WakeablePtr<PollJob>;

/// Decides when one task of the library is polled: once for any number of wakes, always in a job of
/// its own on the executor that owns the call, with low priority after it used up a time slice.
///
/// The library wakes from any thread, also during a poll and after the call has ended, so a job
/// lives as long as the last waker, and at least until it ended and no turn of it is queued;
/// everything but `wake` belongs to the executor's thread, which is the one that made it. Wakes of
/// that thread, nearly all there are, need neither a lock nor a share.
class PollJob final : public Wakeable {
  public:
    class Client {
      public:
        /// A poll is over and its callbacks were made; after WE_DONE none follows. Outside of the
        /// library: may end the job, change the task, and destroy the client.
        virtual void after_poll(const we_poll& polled) = 0;

      protected:
        ~Client() = default;
    };

    /// `executor` outlives the job; `client` lives until `end`.
    static PollJobPtr create(rt::Executor* executor, TaskHandle task, Client* client);

    /// Asks for a poll. Any thread.
    void wake() noexcept override;
    /// For calls that must not be made during a poll; null once ended.
    we_task* task() const { return task_.get(); }
    /// Drops the task: ends the guest if it still runs. Nothing is called afterwards. Not during a
    /// poll.
    void end();
    bool has_ended() const { return task_ == nullptr; }

  private:
    enum class State : std::uint8_t { idle, scheduled, running, notified, ended };

    PollJob(rt::Executor* executor, TaskHandle task, Client* client)
        : executor_(executor), task_(std::move(task)), client_(client) {}
    ~PollJob() override = default;

    void wake_here();
    void wake_from_elsewhere();
    void arrive();
    class Turn;
    rt::Job turn();
    void let_go();
    void run();
    void settle(we_poll polled);

    rt::Executor* executor_;
    TaskHandle task_;  // Null once ended.
    Client* client_;
    State state_ = State::idle;
    std::uint32_t turns_ = 1;  // Those queued or running, and one until it ends: one share for all.
    const std::thread::id thread_ = std::this_thread::get_id();

    std::mutex mutex_;  // Of what other threads touch: none posts after `end`.
    bool is_open_ = true;
    bool is_on_the_way_ = false;  // A wake of another thread.
};

}  // namespace weft::engine::wasmtime
