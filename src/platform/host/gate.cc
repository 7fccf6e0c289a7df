#include "platform/host/gate.h"

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

bool Gate::try_enter(Pass& pass) {
    if (inside_ >= limits_.inside_max || !waiting_.empty()) return false;
    ++inside_;
    pass = Pass(shared_from_this());
    return true;
}

rt::Task<Gate::Pass> Gate::enter(TimePoint due) {
    auto self = shared_from_this();
    Pass pass;
    if (try_enter(pass)) co_return pass;
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
    co_return Pass(std::move(self));  // leave() handed its place over.
}

void Gate::leave() {
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
