#pragma once

#include <cstddef>
#include <limits>

#include "base/core/time.h"
#include "base/rt/job.h"

namespace weft::rt {

class TimerQueue;

/// A wait for a point in time that lives inside its owner: no allocation per wait. Armed by
/// `Executor::arm`; its destructor disarms it. When due, `fire(context)` runs once on the executor,
/// outside of any other job; it may arm the timer again or destroy it. Shard-local.
class Timer {
  public:
    using Fire = void (*)(void* context);
    Timer(Fire fire, void* context) : fire_(fire), context_(context) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer();

    bool is_armed() const { return queue_ != nullptr; }

  private:
    friend class TimerQueue;
    static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

    Fire fire_;
    void* context_;
    TimePoint due_{};
    TimerQueue* queue_ = nullptr;  // Set while armed; owned by the executor that armed it.
    std::size_t slot_ = nowhere;
};

/// One thread of control that runs jobs one after the other: a Shard in a real process, a SimLoop
/// in simulations. Code above rt/ cannot tell which, except that only a Shard has sockets.
class Executor {
  public:
    virtual ~Executor() = default;

    /// Runs `job` later on this executor, after what the same thread posted before. Any thread.
    virtual void post(Job job) = 0;
    /// Runs `job` when nothing else is ready, at the latest when other jobs had their share of the
    /// time: for guests that used up their time slice. Own thread only.
    virtual void post_low(Job job) = 0;
    /// Lets `timer` fire at `due`, once; arming an armed timer moves it. Own thread only.
    virtual void arm(Timer& timer, TimePoint due) = 0;
    /// Monotonic; virtual in a simulation.
    virtual TimePoint now() const = 0;
    /// True on the thread that runs this executor's jobs.
    virtual bool is_current() const = 0;
    /// The loop's `boost::asio::io_context*`, for the sources of rt/ and net/ that may see Asio.
    /// Null when it cannot wait for descriptors, as in a simulation.
    virtual void* native() const { return nullptr; }
};

}  // namespace weft::rt
