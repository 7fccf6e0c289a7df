#pragma once

#include <coroutine>

#include "base/rt/task_context.h"

namespace weft::rt {

/// `CO_CHECK(co_await sleep_until(due));` Errors: cancelled (at once when the owner gives up).
class sleep_until final : public Cancellable {
  public:
    explicit sleep_until(TimePoint due) : due_(due), timer_(&sleep_until::fire, this) {}

    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
        context_ = awaiting.promise().context();
        if (context_->is_cancelled()) return false;
        waiting_ = awaiting;
        context_->enter_wait(this);
        context_->executor()->arm(timer_, due_);
        return true;
    }
    Result<void> await_resume() {
        if (context_->is_cancelled()) return cancelled();
        return ok();
    }

    void cancel() noexcept override {
        context_->executor()->arm(timer_, context_->executor()->now());
    }

  private:
    static void fire(void* self) {
        auto* sleep = static_cast<sleep_until*>(self);
        sleep->context_->leave_wait();
        sleep->waiting_.resume();
    }

    TimePoint due_;
    Timer timer_;
    TaskContext* context_ = nullptr;
    std::coroutine_handle<> waiting_;
};

}  // namespace weft::rt
