#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "base/core/result.h"
#include "base/rt/task_context.h"

namespace weft::rt {

template <typename T = void>
class Task;

namespace detail {

/// An exception that leaves a task is a bug after which memory cannot be trusted: says so and ends
/// the process.
[[noreturn]] void task_threw() noexcept;

class PromiseBase {
  public:
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept { return FinalAwaiter{}; }
    void unhandled_exception() noexcept { task_threw(); }

    TaskContext* context() const { return context_; }
    void start_in(TaskContext* context, std::coroutine_handle<> continuation) {
        context_ = context;
        continuation_ = continuation;
    }

  private:
    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        template <typename Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
            return static_cast<PromiseBase&>(ended.promise()).continuation_;
        }
        void await_resume() noexcept {}
    };

    TaskContext* context_ = nullptr;
    std::coroutine_handle<> continuation_;
};

template <typename T>
class Promise final : public PromiseBase {
  public:
    Task<T> get_return_object() noexcept;
    void return_value(Result<T> result) { result_.emplace(std::move(result)); }
    Result<T> take() { return std::move(*result_); }

  private:
    std::optional<Result<T>> result_;
};

}  // namespace detail

/// A lazy coroutine that ends with a `Result<T>`. Nothing runs before it is awaited or given to a
/// Scope; await it in the statement that makes it. It runs on the executor of the task that awaits
/// it. `co_return value;`, `co_return fail(...);` or `co_return ok();` for `Task<void>`.
template <typename T>
class [[nodiscard]] Task {
  public:
    using promise_type = detail::Promise<T>;
    using value_type = T;

    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            if (coroutine_) coroutine_.destroy();
            coroutine_ = std::exchange(other.coroutine_, nullptr);
        }
        return *this;
    }
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
        coroutine_.promise().start_in(awaiting.promise().context(), awaiting);
        return coroutine_;
    }
    Result<T> await_resume() { return coroutine_.promise().take(); }

  private:
    friend class detail::Promise<T>;
    explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}

    std::coroutine_handle<promise_type> coroutine_;
};

template <typename T>
Task<T> detail::Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}

/// `co_await current_context()`: the TaskContext of the running task. Never suspends.
struct current_context {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
        context_ = awaiting.promise().context();
        return false;
    }
    TaskContext* await_resume() const noexcept { return context_; }

  private:
    TaskContext* context_ = nullptr;
};

}  // namespace weft::rt
