#pragma once

#include <optional>
#include <vector>

#include "base/rt/executor.h"

namespace weft::rt {

/// The armed timers of one executor, earliest first. A binary heap of borrowed timers: arming and
/// disarming cost O(log n) and allocate nothing once the heap has grown. Shard-local.
class TimerQueue {
  public:
    TimerQueue() = default;
    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;
    ~TimerQueue();

    void arm(Timer& timer, TimePoint due);
    void disarm(Timer& timer);
    std::optional<TimePoint> earliest() const;
    /// Fires every timer that is due at `now`, in order of time. Returns how many.
    std::size_t fire_due(TimePoint now);
    std::size_t size() const { return heap_.size(); }

  private:
    void place(std::size_t slot, Timer* timer);
    void sift_up(std::size_t slot);
    void sift_down(std::size_t slot);

    std::vector<Timer*> heap_;  // Borrowed: a timer's destructor takes it out.
};

}  // namespace weft::rt
