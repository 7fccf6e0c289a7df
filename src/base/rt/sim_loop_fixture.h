#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "base/core/random.h"
#include "base/rt/scope.h"
#include "base/rt/timer_queue.h"

namespace weft::rt {

/// An Executor of one thread and virtual time: ready jobs run in an order drawn from the seed, and
/// when none is ready the time jumps to the next timer. Two runs of one seed are equal. For tests
/// and simulations.
class SimLoop final : public Executor {
  public:
    explicit SimLoop(std::uint64_t seed = 0) : random_(seed), shuffle_(seed != 0) {}

    void post(Job job) override { ready_.push_back(std::move(job)); }
    void post_low(Job job) override { low_.push_back(std::move(job)); }
    void arm(Timer& timer, TimePoint due) override { timers_.arm(timer, due); }
    TimePoint now() const override { return now_; }
    bool is_current() const override { return true; }

    /// Runs jobs, and timers as their time comes, until nothing is left to do.
    void run_until_idle();
    /// The same, but no further than `duration` from now; the time is then exactly that.
    void run_for(Duration duration);

    /// Runs until the task has ended and returns its result. A task that waits for something that
    /// never comes is a bug of the test: asserts.
    template <typename T>
    Result<T> run(Task<T> task) {
        std::optional<Result<T>> result;
        Scope scope(this);
        WEFT_ASSERT(scope.spawn(keep(std::move(task), &result)), "a new scope is open");
        while (!result && step()) {
        }
        WEFT_ASSERT(result.has_value(), "the task waits for something that never comes");
        while (scope.running() > 0 && step()) {
        }
        return std::move(*result);
    }

  private:
    template <typename T>
    static Task<void> keep(Task<T> task, std::optional<Result<T>>* result) {
        Result<T> got = co_await std::move(task);
        result->emplace(std::move(got));
        co_return ok();
    }
    /// Runs one job or advances the time to the next timer. False when there is neither.
    bool step();
    bool run_ready();

    std::deque<Job> ready_;
    std::deque<Job> low_;
    TimerQueue timers_;
    TimePoint now_{};
    SeededRandom random_;
    bool shuffle_;  // Seed 0 keeps the order of posting.
};

}  // namespace weft::rt
