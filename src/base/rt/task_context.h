#pragma once

#include "base/core/assert.h"
#include "base/core/result.h"
#include "base/rt/executor.h"

namespace weft::rt {

/// What a suspended task waits for, seen by the owner that may cancel it.
class Cancellable {
  public:
    /// Ends the wait with Errc::cancelled, now or soon. Called at most once per wait, on the task's
    /// executor.
    virtual void cancel() noexcept = 0;

  protected:
    ~Cancellable() = default;
};

/// Exists so that an owner can cancel a whole tree of coroutines, from the spawned root to the
/// innermost await, without knowing them: they share this. It says where the tree runs and whether
/// its owner gave it up. A tree waits for one thing at a time. Shard-local.
class TaskContext {
  public:
    explicit TaskContext(Executor* executor) : executor_(executor) {}
    TaskContext(const TaskContext&) = delete;
    TaskContext& operator=(const TaskContext&) = delete;

    Executor* executor() const { return executor_; }
    bool is_cancelled() const { return cancelled_; }

    /// Asks the tree to end: the present wait and each later one return `cancelled`.
    void cancel() {
        if (cancelled_) return;
        cancelled_ = true;
        if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->cancel();
    }

    /// Called by an awaiter when it suspends and when it resumes.
    void enter_wait(Cancellable* wait) {
        WEFT_ASSERT(waiting_ == nullptr, "a task waits for one thing at a time");
        waiting_ = wait;
    }
    void leave_wait() { waiting_ = nullptr; }

  private:
    Executor* executor_;  // Owned by app/ or the test; outlives every task.
    Cancellable* waiting_ = nullptr;
    bool cancelled_ = false;
};

/// What a cancelled wait returns.
inline Failure cancelled() {
    return fail(Errc::cancelled, "rt.cancelled", "the call was given up by its owner");
}

}  // namespace weft::rt
