#pragma once

#include <coroutine>
#include <optional>

#include "base/core/assert.h"
#include "base/rt/task_context.h"

namespace weft::rt {

/// What a wait returns when its time is over before its value came.
inline Failure deadline_passed() {
    return fail(Errc::deadline, "rt.deadline", "what was waited for did not come in time");
}

/// The bridge from callbacks to tasks: a value that arrives once, awaited by at most one task.
/// `co_await one_shot` gives `Result<T>`, and so does `co_await one_shot.until(due)`. Shard-local:
/// complete it on the executor of the task that waits, and destroy it only when no task waits.
///
/// The first value counts. A wait that was cancelled or whose time is over returns that; a value
/// that arrives later is dropped.
template <typename T>
class OneShot final : public Cancellable {
  public:
    OneShot() = default;
    OneShot(const OneShot&) = delete;
    OneShot& operator=(const OneShot&) = delete;
    ~OneShot() { WEFT_ASSERT(!waiting_, "no task waits on a OneShot that is destroyed"); }

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

    /// Waits for the value, at most until `due`; then the result is what `late` makes.
    /// `TimePoint::max()` sets no limit and arms no timer.
    auto until(TimePoint due, Failure (*late)() = &deadline_passed) {
        return Until(this, due, late);
    }

    void cancel() noexcept override { complete(cancelled()); }

  private:
    /// A wait with a limit; its timer lives in the frame of the waiting task.
    class Until {
      public:
        Until(OneShot* shot, TimePoint due, Failure (*late)())
            : shot_(shot), due_(due), late_(late), timer_(&Until::fire, this) {}

        bool await_ready() const noexcept { return shot_->await_ready(); }
        template <typename Promise>
        bool await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
            if (!shot_->await_suspend(awaiting)) return false;
            if (due_ != TimePoint::max()) shot_->context_->executor()->arm(timer_, due_);
            return true;
        }
        Result<T> await_resume() { return shot_->await_resume(); }

      private:
        static void fire(void* self) {
            auto* const until = static_cast<Until*>(self);
            until->shot_->complete_now(until->late_());
        }

        OneShot* shot_;
        TimePoint due_;
        Failure (*late_)();
        Timer timer_;
    };

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
