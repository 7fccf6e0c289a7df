#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/rt/executor.h"

namespace weft::host {

/// A limit that the shards of a host keep together, exactly: so many permits are out at the same
/// time, so many tasks may wait for one, wherever they are. Taking one and giving it back are
/// atomic operations; no shard ever waits for another. A task waits on its own shard. A permit that
/// comes back while some wait goes to the shards that have waiting tasks, one after the other, so
/// that no shard starves another, and nobody takes it on its way. Any thread, except for `join`.
class SharedPermits : public std::enable_shared_from_this<SharedPermits> {
  public:
    struct Limits {
        std::uint32_t inside_max;
        std::uint32_t waiting_max;
    };
    /// One shard's side. Called on that shard.
    class Member {
      public:
        /// A permit for one of the tasks that wait here; if none does any more, give it back.
        virtual void permit_came() = 0;
        /// Some shard wants a permit and there is none: one that can be spared is to be given back.
        virtual void permit_wanted() = 0;

      protected:
        ~Member() = default;
    };

    SharedPermits(Limits limits, unsigned shards) : limits_(limits), slots_(shards) {}

    /// On the shard of that number, which has one member at a time; null: it leaves. `executor` and
    /// `member` outlive the membership; with one shard the executor may be null.
    void join(unsigned shard, rt::Executor* executor, Member* member);

    /// A permit, if one is free and nobody waits for it.
    bool try_take();
    /// From the shard that took it or that it came to.
    void give_back(unsigned shard);
    /// A task of the shard waits from now on, unless as many wait as may; then `hand_out`, for a
    /// permit may have come back before.
    bool begin_wait(unsigned shard);
    /// Hands free permits to those that wait, first to the shards behind this one.
    void hand_out(unsigned shard);
    /// One that waited gave up.
    void end_wait(unsigned shard);
    /// Asks all other shards for a permit that they can spare.
    void ask_others(unsigned shard);
    /// From now on. Permits that are out stay out.
    void change(Limits limits, unsigned shard);

    Limits limits() const { return {limits_.inside_max, limits_.waiting_max}; }
    /// Permits that are out, and those that are on their way.
    std::uint32_t out() const { return out_.load(std::memory_order_relaxed); }
    /// Tasks that wait and have no permit on its way.
    std::uint32_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

  private:
    struct AtomicLimits {
        explicit AtomicLimits(Limits limits)
            : inside_max(limits.inside_max), waiting_max(limits.waiting_max) {}
        std::atomic<std::uint32_t> inside_max;
        std::atomic<std::uint32_t> waiting_max;
    };
    struct alignas(64) Slot {
        std::atomic<std::uint32_t> waiting = 0;
        std::atomic<rt::Executor*> executor = nullptr;
        Member* member = nullptr;  // Of its shard only.
    };

    bool take_free();
    bool claim(unsigned shard);
    void deliver(unsigned shard);

    AtomicLimits limits_;
    // What must hold: out_ <= inside_max, except after inside_max was lowered; waiting_ is at least
    // the sum of what the slots have, for it is raised before and lowered after them. All
    // operations on these are sequentially consistent: one who waits raises its slot and then looks
    // for a free permit, one who gives back lowers out_ and then looks at the slots, so one sees
    // the other.
    std::atomic<std::uint32_t> out_ = 0;
    std::atomic<std::uint32_t> waiting_ = 0;
    std::vector<Slot> slots_;
};

}  // namespace weft::host
