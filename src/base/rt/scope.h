#pragma once

#include <cstddef>
#include <functional>

#include "base/rt/task.h"

namespace weft::rt {

/// Exists so that no task outlives what it uses: a Scope owns running tasks. Closing it refuses new
/// ones, cancels those that run and waits for them. A class with tasks has a Scope as its last
/// member. Shard-local; the destructor asserts that
/// nothing runs.
class Scope {
  public:
    /// Told of every task that ended with an error other than `cancelled`.
    using OnFailure = std::move_only_function<void(const Error&)>;

    /// What `close` and `drain` return: await it at once.
    struct Drained {
        Scope* scope;
        std::coroutine_handle<> awaiting = nullptr;
        Drained* next = nullptr;
        bool await_ready() const noexcept { return scope->running_ == 0; }
        void await_suspend(std::coroutine_handle<> task) noexcept;
        void await_resume() const noexcept {}
    };

    explicit Scope(Executor* executor, OnFailure on_failure = {});
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

    /// Starts the task and runs it up to its first wait. Refused (failed_precondition) once closed.
    Result<void> spawn(Task<void> task);
    /// Cancels what runs now; new tasks may still be spawned.
    void cancel();
    /// Refuses new tasks from now on; those that run go on.
    void refuse() { closed_ = true; }

    std::size_t running() const { return running_; }
    bool is_closed() const { return closed_; }

    /// `co_await scope.close()`: refuses, cancels and waits until nothing runs. Cannot be cancelled
    /// itself. One waiter.
    Drained close() {
        refuse();
        cancel();
        return drain();
    }
    /// `co_await scope.drain()`: waits until nothing runs, without cancelling.
    Drained drain() { return Drained{.scope = this}; }

  private:
    struct Root;  // The outermost coroutine of one task.
    struct Node {
        explicit Node(Executor* executor) : context(executor) {}
        TaskContext context;
        Node* next = nullptr;
        Node* previous = nullptr;
    };
    static Root run(Task<void> task, Scope* scope);
    void enter(Node* node);
    void leave(Node* node, Result<void> result);

    Executor* executor_;  // Owned by app/ or the test; outlives the scope.
    OnFailure on_failure_;
    Node* first_ = nullptr;
    std::size_t running_ = 0;
    bool closed_ = false;
    Drained* drained_ =
        nullptr;  // The waiting tasks, in their frames, in the order in which they came.
};

}  // namespace weft::rt
