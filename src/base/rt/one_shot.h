#pragma once

#include <coroutine>
#include <optional>

#include "base/core/assert.h"
#include "base/rt/task_context.h"

namespace weft::rt {

/// A value that arrives once, awaited by at most one task: `co_await one_shot` gives `Result<T>`.
/// The bridge from callbacks to tasks. Shard-local: complete it on the executor of the task that
/// waits.
///
/// The first value counts: a cancelled wait returns `cancelled` and a value that arrives after it
/// is dropped.
template <typename T>
class OneShot final : public Cancellable {
  public:
    OneShot() = default;
    OneShot(const OneShot&) = delete;
    OneShot& operator=(const OneShot&) = delete;
    ~OneShot() { WEFT_ASSERT(!waiting_, "nobody waits on a OneShot that is destroyed"); }

    bool is_complete() const { return result_.has_value(); }

    /// Gives the value and resumes the waiting task at once, inside this call: from the top of a
    /// job or an I/O handler.
    void complete_now(Result<T> result) {
        if (result_) return;
        result_.emplace(std::move(result));
        resume();
    }
    /// Gives the value; the waiting task resumes in a job of its own. Safe in the middle of other
    /// work.
    void complete(Result<T> result) {
        if (result_) return;
        result_.emplace(std::move(result));
        if (!waiting_) return;
        context_->leave_wait();
        context_->executor()->post(
            [waiting = std::exchange(waiting_, nullptr)] { waiting.resume(); });
    }

    bool await_ready() const noexcept { return result_.has_value(); }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
        context_ = awaiting.promise().context();
        if (context_->is_cancelled()) {
            result_.emplace(cancelled());
            return false;
        }
        context_->enter_wait(this);
        waiting_ = awaiting;
        return true;
    }
    Result<T> await_resume() { return std::move(*result_); }

    void cancel() noexcept override { complete(cancelled()); }

  private:
    void resume() {
        if (!waiting_) return;
        context_->leave_wait();
        std::exchange(waiting_, nullptr).resume();
    }

    std::optional<Result<T>> result_;
    TaskContext* context_ = nullptr;
    std::coroutine_handle<> waiting_;
};

}  // namespace weft::rt
