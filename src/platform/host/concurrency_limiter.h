#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "base/rt/one_shot.h"
#include "base/rt/task.h"
#include "platform/host/shared_permits.h"

namespace weft::host {

/// Keeps a component within its limits: a bounded number of calls runs at the same time, a bounded
/// number waits, first come first served on each shard, and the rest is refused. Shard-local; those
/// of several shards keep one limit together through their `SharedPermits`.
class ConcurrencyLimiter final : public std::enable_shared_from_this<ConcurrencyLimiter>,
                                 private SharedPermits::Member {
  public:
    using Limits = SharedPermits::Limits;

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

    /// Where a limit is kept, and by which shard.
    struct Share {
        std::shared_ptr<SharedPermits> permits;
        unsigned shard;
        rt::Executor* executor;  ///< Outlives the limiter.
    };

    /// Alone.
    explicit ConcurrencyLimiter(Limits limits)
        : ConcurrencyLimiter({std::make_shared<SharedPermits>(limits, 1), 0, nullptr}) {}
    /// `on_wanted` is called when a call waits on another shard, so that a permit can be spared; a
    /// job of its own.
    explicit ConcurrencyLimiter(Share share, std::function<void()> on_wanted = {});
    ConcurrencyLimiter(const ConcurrencyLimiter&) = delete;
    ConcurrencyLimiter& operator=(const ConcurrencyLimiter&) = delete;
    ~ConcurrencyLimiter();

    /// Waits for a permit, at most until `due`. Errors: exhausted (as many wait as may), deadline,
    /// cancelled.
    rt::Task<Permit> enter(TimePoint due);
    /// A permit if one is free at once, without a coroutine frame.
    bool try_enter(Permit& permit);
    /// From now on. Calls that run and wait stay, also where they are more than may.
    void change(Limits limits) { share_.permits->change(limits, share_.shard); }
    /// Whether somebody waits, on whichever shard.
    bool is_wanted() const { return share_.permits->waiting() > 0; }
    /// Waits until no call runs or waits on this shard, at most until `due`. One waiter. Errors:
    /// deadline, cancelled.
    rt::Task<void> until_idle(TimePoint due);

    /// On this shard.
    std::uint32_t inside() const { return inside_; }
    std::size_t waiting() const { return waiting_.size(); }

  private:
    /// In the frame of enter().
    struct Waiting {
        rt::OneShot<void> turn;
        bool is_counted = true;  ///< Among those for which `share_.permits` may send a permit.
    };

    void leave();
    void permit_came() override;
    void permit_wanted() override;
    void tell_idle();

    Share share_;
    std::function<void()> on_wanted_;
    std::uint32_t inside_ = 0;
    std::list<Waiting*> waiting_;
    rt::OneShot<void>* idle_ = nullptr;  // In the frame of until_idle().
};

}  // namespace weft::host
