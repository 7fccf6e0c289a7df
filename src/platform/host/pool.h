#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/rt/executor.h"
#include "base/rt/one_shot.h"
#include "base/rt/task.h"
#include "io/engine/engine.h"
#include "platform/host/concurrency_limiter.h"
#include "platform/host/probe.h"

namespace weft::host {

/// Keeps the instances of one component on one shard, since making one for each call is dear and an
/// idle one costs memory. A call gets the one that was used last and is free, else a new one; an
/// instance that trapped, uses up its time slices or served its share of calls gets no further
/// call. Shard-local.
///
/// The pools of all shards together have at most `instances_max`. A call that finds no free
/// instance on its shard while there is no room for another waits for it; meanwhile an instance
/// whose call ends is not kept, on whichever shard.
class Pool final : private engine::InstanceOwner {
  public:
    /// Between the end of an instance and the begin of the one that makes up the minimum again.
    static constexpr Duration refill_wait = std::chrono::seconds(1);

    /// For room for an instance, when all instances there may be are here.
    static constexpr Duration room_wait = std::chrono::seconds(1);

    /// What the pools of all shards share.
    static SharedPermits::Limits room_for(const engine::Limits& limits);

    /// What answers the imports of a new instance.
    using MakeImports = std::function<std::shared_ptr<engine::ImportHandler>()>;

    /// `limits` are resolved, and `instances_min` is this shard's part. `room` has as many permits
    /// as there may be instances. `room.executor` and `probe` outlive it. Without `make_imports` a
    /// call of an import ends the guest.
    Pool(ConcurrencyLimiter::Share room, std::shared_ptr<const engine::Component> code,
         engine::Limits limits, const Probe* probe, MakeImports make_imports = {});
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    /// Instances end with their calls, idle ones at once.
    ~Pool();

    using InstancePtr = std::shared_ptr<engine::Instance>;
    /// An instance that is free for a call, which must begin before the next await; null when there
    /// is none and no room. Errors: invalid_argument.
    Result<InstancePtr> try_acquire();
    /// The same after a wait for room, at most until `due`. Errors: exhausted (`host.pool_full`),
    /// deadline (`host.queue_deadline`), cancelled, invalid_argument.
    rt::Task<InstancePtr> acquire(TimePoint due);

    /// Takes other limits. Instances that run under others than the new ones get no further call.
    void change(engine::Limits limits);
    /// Keeps no instance any more: each ends with its calls, and none is made ahead.
    void retire();
    /// Waits until no instance is left, at most until `due`; after `retire`. One waiter. Errors:
    /// deadline, cancelled.
    rt::Task<void> until_empty(TimePoint due);
    /// Ends all instances at once, now: later there may be no executor to end them.
    void end_all();

    /// All that are alive: serving, idle, and those whose guest goes on after its response.
    std::size_t instances() const { return kept_.size(); }
    /// Whether a call waits for room, on whichever shard.
    bool is_wanted() const { return room_->is_wanted(); }

  private:
    struct Kept {
        std::shared_ptr<engine::Instance> instance;
        TimePoint idle_since;  ///< Meaningful while it has no calls.
        ConcurrencyLimiter::Permit place;
    };

    Result<InstancePtr> open(ConcurrencyLimiter::Permit place);
    void fill_up();
    void close_all();
    void make_room();
    void instance_changed(engine::Instance& instance) override;
    /// Not serving and not about to end.
    static bool is_idle(const Kept& kept) {
        return kept.instance->calls() == 0 && kept.instance->is_free();
    }
    std::size_t surplus() const;
    void on_timer();
    void arm();

    std::uint32_t instances_min() const {
        return retired_ ? 0 : limits_.count(engine::Limit::instances_min);
    }
    void tell_empty();

    rt::Executor* executor_;
    std::shared_ptr<const engine::Component> code_;
    engine::Limits limits_;
    const Probe* probe_;
    MakeImports make_imports_;
    std::shared_ptr<ConcurrencyLimiter> room_;
    std::vector<Kept> kept_;  // The one used last at the end.
    bool retired_ = false;
    rt::OneShot<void>* empty_ = nullptr;  // In the frame of until_empty().
    rt::Timer timer_;                     // For idle instances to end and missing ones to begin.
};

}  // namespace weft::host
