#include "platform/host/concurrency_limiter.h"

#include <utility>

namespace weft::host {

ConcurrencyLimiter::ConcurrencyLimiter(Share share, std::function<void()> on_wanted)
    : share_(std::move(share)), on_wanted_(std::move(on_wanted)) {
    share_.permits->join(share_.shard, share_.executor, this);
}

ConcurrencyLimiter::~ConcurrencyLimiter() {
    share_.permits->join(share_.shard, share_.executor, nullptr);
}

bool ConcurrencyLimiter::try_enter(Permit& permit) {
    if (!share_.permits->try_take()) return false;
    ++inside_;
    permit = Permit(shared_from_this());
    return true;
}

rt::Task<ConcurrencyLimiter::Permit> ConcurrencyLimiter::enter(TimePoint due) {
    auto self = shared_from_this();
    Permit permit;
    if (try_enter(permit)) co_return permit;
    if (!share_.permits->begin_wait(share_.shard)) {
        const auto limits = share_.permits->limits();
        co_return fail(Errc::exhausted, "host.queue_full",
                       "{} calls run and {} wait, the component's limits", limits.inside_max,
                       limits.waiting_max);
    }
    Waiting waiting;
    waiting_.push_back(&waiting);
    share_.permits->hand_out(share_.shard);  // One may have come back before this one waited.
    // Not before: another shard would find that nobody waits.
    if (on_wanted_ && !waiting.turn.is_complete()) share_.permits->ask_others(share_.shard);
    Result<void> called = co_await waiting.turn.until(due);
    if (called) co_return Permit(std::move(self));  // permit_came() handed it over.
    if (waiting.is_counted) share_.permits->end_wait(share_.shard);
    std::erase(waiting_, &waiting);
    tell_idle();
    if (called.error().code == Errc::deadline)
        co_return fail(Errc::deadline, "host.queue_deadline",
                       "the call's deadline passed while it waited for its turn");
    co_return Failure(std::move(called).error());
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
    share_.permits->give_back(share_.shard);
    tell_idle();
}

void ConcurrencyLimiter::permit_came() {
    Waiting* gave_up = nullptr;
    while (!waiting_.empty()) {
        auto* const next = waiting_.front();
        waiting_.pop_front();
        if (next->turn.is_complete()) {  // It has not run since.
            gave_up = next;
            continue;
        }
        ++inside_;
        return next->turn.complete(ok());
    }
    // The permit was for one of those.
    if (gave_up != nullptr) gave_up->is_counted = false;
    share_.permits->give_back(share_.shard);
}

void ConcurrencyLimiter::permit_wanted() {
    if (on_wanted_) on_wanted_();
}

void ConcurrencyLimiter::tell_idle() {
    if (idle_ != nullptr && inside_ == 0 && waiting_.empty()) idle_->complete(ok());
}

}  // namespace weft::host
