#include "base/rt/timer_queue.h"

#include "base/core/assert.h"

namespace weft::rt {

Timer::~Timer() {
    if (queue_ != nullptr) queue_->disarm(*this);
}

TimerQueue::~TimerQueue() {
    for (Timer* timer : heap_) timer->queue_ = nullptr;
}

void TimerQueue::arm(Timer& timer, TimePoint due) {
    WEFT_ASSERT(timer.queue_ == nullptr || timer.queue_ == this, "a timer belongs to one executor");
    if (timer.queue_ != nullptr) disarm(timer);
    timer.due_ = due;
    timer.queue_ = this;
    heap_.push_back(&timer);
    timer.slot_ = heap_.size() - 1;
    sift_up(timer.slot_);
}

void TimerQueue::disarm(Timer& timer) {
    if (timer.queue_ == nullptr) return;
    const auto slot = timer.slot_;
    Timer* last = heap_.back();
    heap_.pop_back();
    timer.queue_ = nullptr;
    timer.slot_ = Timer::nowhere;
    if (last == &timer) return;
    place(slot, last);
    sift_up(slot);
    sift_down(last->slot_);
}

std::optional<TimePoint> TimerQueue::earliest() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front()->due_;
}

std::size_t TimerQueue::fire_due(TimePoint now) {
    std::size_t fired = 0;
    while (!heap_.empty() && heap_.front()->due_ <= now) {
        Timer* timer = heap_.front();
        disarm(*timer);
        timer->fire_(timer->context_);  // May destroy the timer and arm others.
        ++fired;
    }
    return fired;
}

void TimerQueue::place(std::size_t slot, Timer* timer) {
    heap_[slot] = timer;
    timer->slot_ = slot;
}

void TimerQueue::sift_up(std::size_t slot) {
    Timer* timer = heap_[slot];
    while (slot > 0) {
        const auto parent = (slot - 1) / 2;
        if (heap_[parent]->due_ <= timer->due_) break;
        place(slot, heap_[parent]);
        slot = parent;
    }
    place(slot, timer);
}

void TimerQueue::sift_down(std::size_t slot) {
    Timer* timer = heap_[slot];
    for (;;) {
        auto child = 2 * slot + 1;
        if (child >= heap_.size()) break;
        if (child + 1 < heap_.size() && heap_[child + 1]->due_ < heap_[child]->due_) ++child;
        if (timer->due_ <= heap_[child]->due_) break;
        place(slot, heap_[child]);
        slot = child;
    }
    place(slot, timer);
}

}  // namespace weft::rt
