#include "platform/host/concurrency_limiter.h"

namespace weft::host {
namespace {

struct Alarm {
    rt::OneShot<void>* turn;
    rt::Timer timer{&Alarm::ring, this};
    static void ring(void* self) {
        static_cast<Alarm*>(self)->turn->complete_now(
            fail(Errc::deadline, "host.queue_deadline",
                 "the call's deadline passed while it waited for its turn"));
    }
};

}  // namespace

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
    Alarm alarm{&turn};
    if (due != TimePoint::max())
        (co_await rt::current_context())->executor()->arm(alarm.timer, due);
    waiting_.push_back(&turn);
    Result<void> called = co_await turn;
    if (!called) {
        std::erase(waiting_, &turn);
        co_return Failure(std::move(called).error());
    }
    co_return Permit(std::move(self));  // leave() handed its place over.
}

void ConcurrencyLimiter::leave() {
    while (!waiting_.empty()) {
        rt::OneShot<void>* next = waiting_.front();
        waiting_.pop_front();
        if (next->is_complete()) continue;  // It gave up and has not run since.
        next->complete(ok());
        return;
    }
    --inside_;
}

}  // namespace weft::host
