#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <utility>

#include "base/rt/one_shot.h"
#include "base/rt/task.h"

namespace weft::host {

/// Keeps a component within its limits: a bounded number of calls runs at the same time, a bounded
/// number waits, first come first served, and the rest is refused. Shard-local.
class ConcurrencyLimiter : public std::enable_shared_from_this<ConcurrencyLimiter> {
  public:
    struct Limits {
        std::uint32_t inside_max;
        std::uint32_t waiting_max;
    };

    /// The right of one call to run; given back when destroyed.
    class Permit {
      public:
        Permit() = default;
        explicit Permit(std::shared_ptr<ConcurrencyLimiter> limiter)
            : limiter_(std::move(limiter)) {}
        Permit(Permit&&) noexcept = default;
        Permit& operator=(Permit&& other) noexcept {
            release();
            limiter_ = std::move(other.limiter_);
            return *this;
        }
        ~Permit() { release(); }

      private:
        void release() {
            if (limiter_) std::exchange(limiter_, nullptr)->leave();
        }
        std::shared_ptr<ConcurrencyLimiter> limiter_;
    };

    explicit ConcurrencyLimiter(Limits limits) : limits_(limits) {}

    /// Waits for a permit, at most until `due`. Errors: exhausted (as many wait as may), deadline,
    /// cancelled.
    rt::Task<Permit> enter(TimePoint due);
    /// A permit if one is free at once, without a coroutine frame.
    bool try_enter(Permit& permit);
    /// From now on. Calls that run and wait stay, also where they are more than may.
    void change(Limits limits);
    /// Waits until no call runs or waits, at most until `due`. One waiter. Errors: deadline,
    /// cancelled.
    rt::Task<void> until_idle(TimePoint due);

    std::uint32_t inside() const { return inside_; }
    std::size_t waiting() const { return waiting_.size(); }

  private:
    void leave();
    void admit_waiting();
    void tell_idle();

    Limits limits_;
    std::uint32_t inside_ = 0;
    std::list<rt::OneShot<void>*> waiting_;  // In the frames of enter().
    rt::OneShot<void>* idle_ = nullptr;      // In the frame of until_idle().
};

}  // namespace weft::host
