#include "base/rt/sim_loop_fixture.h"

namespace weft::rt {

bool SimLoop::run_ready() {
    if (ready_.empty()) {
        if (low_.empty()) return false;
        ready_.push_back(std::move(low_.front()));
        low_.pop_front();
    }
    if (shuffle_) {
        const auto pick = static_cast<std::size_t>(random_.next() % ready_.size());
        std::swap(ready_.front(), ready_[pick]);
    }
    Job job = std::move(ready_.front());
    ready_.pop_front();
    job();
    return true;
}

bool SimLoop::step() {
    if (run_ready()) return true;
    const auto due = timers_.earliest();
    if (!due) return false;
    now_ = std::max(now_, *due);
    timers_.fire_due(now_);
    return true;
}

void SimLoop::run_until_idle() {
    while (step()) {
    }
}

void SimLoop::run_for(Duration duration) {
    const auto end = now_ + duration;
    for (;;) {
        if (run_ready()) continue;
        const auto due = timers_.earliest();
        if (!due || *due > end) break;
        now_ = std::max(now_, *due);
        timers_.fire_due(now_);
    }
    now_ = end;
}

}  // namespace weft::rt
