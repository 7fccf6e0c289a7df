#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

#include "base/rt/one_shot.h"
#include "base/rt/task.h"

namespace weft::host {

/// Lets a bounded number of calls in at the same time and keeps a bounded number waiting, first
/// come first served. Shard-local.
class ConcurrencyLimiter : public std::enable_shared_from_this<ConcurrencyLimiter> {
  public:
    struct Limits {
        std::uint32_t inside_max;
        std::uint32_t waiting_max;
    };

    /// One place inside; given back when destroyed.
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

    /// Waits for a place, at most until `due`. Errors: exhausted (as many wait as may), deadline,
    /// cancelled.
    rt::Task<Permit> enter(TimePoint due);
    /// A place if one is free at once, without a coroutine frame.
    bool try_enter(Permit& permit);

    std::uint32_t inside() const { return inside_; }
    std::size_t waiting() const { return waiting_.size(); }

  private:
    void leave();

    Limits limits_;
    std::uint32_t inside_ = 0;  // Invariant: <= limits_.inside_max.
    std::list<rt::OneShot<void>*>
        waiting_;  // In the frames of enter(). Invariant: size() <= limits_.waiting_max.
};

}  // namespace weft::host
