#include "platform/host/concurrency_limiter.h"

namespace weft::host {

bool ConcurrencyLimiter::try_enter(Permit& permit) {
    if (inside_ >= limits_.inside_max || !waiting_.empty()) return false;
    ++inside_;
    permit = Permit(shared_from_this());
    return true;
}

rt::Task<ConcurrencyLimiter::Permit> ConcurrencyLimiter::enter(TimePoint due) {
    auto self = shared_from_this();
    Permit permit;
    if (try_enter(permit)) co_return permit;
    if (waiting_.size() >= limits_.waiting_max)
        co_return fail(Errc::exhausted, "host.queue_full",
                       "{} calls run and {} wait, the component's limits", limits_.inside_max,
                       limits_.waiting_max);
    rt::OneShot<void> turn;
    waiting_.push_back(&turn);
    Result<void> called = co_await turn.until(due);
    if (called) co_return Permit(std::move(self));  // leave() handed a place over.
    std::erase(waiting_, &turn);
    tell_idle();
    if (called.error().code == Errc::deadline)
        co_return fail(Errc::deadline, "host.queue_deadline",
                       "the call's deadline passed while it waited for its turn");
    co_return Failure(std::move(called).error());
}

void ConcurrencyLimiter::change(Limits limits) {
    limits_ = limits;
    admit_waiting();
}

rt::Task<void> ConcurrencyLimiter::until_idle(TimePoint due) {
    WEFT_ASSERT(idle_ == nullptr, "one task waits for the end of all calls");
    if (inside_ == 0 && waiting_.empty()) co_return ok();
    rt::OneShot<void> idle;
    idle_ = &idle;
    Result<void> waited = co_await idle.until(due);
    idle_ = nullptr;
    co_return waited;
}

void ConcurrencyLimiter::leave() {
    --inside_;
    admit_waiting();
    tell_idle();
}

void ConcurrencyLimiter::admit_waiting() {
    while (inside_ < limits_.inside_max && !waiting_.empty()) {
        rt::OneShot<void>* next = waiting_.front();
        waiting_.pop_front();
        if (next->is_complete()) continue;  // It gave up and has not run since.
        ++inside_;
        next->complete(ok());
    }
}

void ConcurrencyLimiter::tell_idle() {
    if (idle_ != nullptr && inside_ == 0 && waiting_.empty()) idle_->complete(ok());
}

}  // namespace weft::host
