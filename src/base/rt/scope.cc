#include "base/rt/scope.h"

#include <coroutine>
#include <utility>

namespace weft::rt {

/// Starts at once, owns the task's frame and frees itself at the end. Its promise carries the
/// context of the tree.
struct Scope::Root {
    struct promise_type {
        promise_type(Task<void>& /*task*/, Scope* scope) : node(scope->executor_) {}
        Root get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() noexcept { detail::task_threw(); }
        TaskContext* context() { return &node.context; }

        Node node;
    };

    /// `co_await own_node()`: the node inside the promise. Never suspends.
    struct own_node {
        Node* node = nullptr;
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<promise_type> self) noexcept {
            node = &self.promise().node;
            return false;
        }
        Node* await_resume() const noexcept { return node; }
    };
};

Scope::Scope(Executor* executor, OnFailure on_failure)
    : executor_(executor), on_failure_(std::move(on_failure)) {}

Scope::~Scope() { WEFT_ASSERT(running_ == 0, "a scope is closed before it is destroyed"); }

Scope::Root Scope::run(Task<void> task, Scope* scope) {
    Node* node = co_await Root::own_node();
    scope->enter(node);
    Result<void> result = co_await std::move(task);
    scope->leave(node, std::move(result));
}

Result<void> Scope::spawn(Task<void> task) {
    if (closed_)
        return fail(Errc::failed_precondition, "rt.scope_closed",
                    "no new work is taken while closing");
    run(std::move(task), this);
    return ok();
}

void Scope::cancel() {
    // A cancelled wait resumes in a job of its own, so the list does not change under the loop.
    for (Node* node = first_; node != nullptr; node = node->next) node->context.cancel();
}

void Scope::enter(Node* node) {
    node->next = first_;
    if (first_ != nullptr) first_->previous = node;
    first_ = node;
    ++running_;
}

void Scope::leave(Node* node, Result<void> result) {
    if (node->previous != nullptr) node->previous->next = node->next;
    if (node->next != nullptr) node->next->previous = node->previous;
    if (first_ == node) first_ = node->next;
    --running_;
    if (!result && result.error().code != Errc::cancelled && on_failure_)
        on_failure_(result.error());
    if (running_ > 0) return;
    // In jobs of their own: this frame is still in use.
    for (Drained* one = std::exchange(drained_, nullptr); one != nullptr; one = one->next)
        executor_->post([awaiting = one->awaiting] { awaiting.resume(); });
}

void Scope::Drained::await_suspend(std::coroutine_handle<> task) noexcept {
    awaiting = task;
    Drained** last = &scope->drained_;
    while (*last != nullptr) last = &(*last)->next;
    *last = this;
}

}  // namespace weft::rt
