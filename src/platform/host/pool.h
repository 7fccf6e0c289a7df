#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/rt/executor.h"
#include "io/engine/engine.h"
#include "platform/host/probe.h"

namespace weft::host {

/// How the instances of one component are kept on one shard.
struct PoolLimits {
    std::uint32_t reuse = 1;  ///< Calls that an instance serves before it ends.
    std::uint32_t concurrent_max =
        1;  ///< Calls at the same time in an instance that can (WASI 0.3).
    std::uint32_t instances_min = 0;  ///< Kept ready, also when idle.
    std::uint32_t instances_max = 200;
    Duration idle = std::chrono::seconds(10);  ///< After that an instance without calls ends.
};

/// The instances of one component on one shard. A call gets the one that was used last and is free,
/// else a new one; an instance that trapped, uses up its time slices or served its share of calls
/// gets no further call. Shard-local.
class Pool final : private engine::InstanceOwner {
  public:
    /// Between the end of an instance and the begin of the one that makes up the minimum again.
    static constexpr Duration refill_wait = std::chrono::seconds(1);

    /// `executor` and `probe` outlive it.
    Pool(rt::Executor* executor, std::shared_ptr<const engine::Component> code,
         engine::CallLimits call_limits, PoolLimits limits, const Probe* probe);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    /// Instances end with their calls, idle ones at once.
    ~Pool();

    /// An instance that is free for a call, which must begin before the next await. Errors:
    /// exhausted (`host.pool_full`), invalid_argument.
    Result<std::shared_ptr<engine::Instance>> acquire();

    /// Ends all instances at once. For the end of the host: there is no executor to end them later.
    void end_all();

    /// All that are alive: serving, idle, and those whose guest goes on after its response.
    std::size_t instances() const { return kept_.size(); }

  private:
    struct Kept {
        std::shared_ptr<engine::Instance> instance;
        TimePoint idle_since;  ///< Meaningful while it has no calls.
    };

    Result<std::shared_ptr<engine::Instance>> open();
    void fill_up();
    void instance_changed(engine::Instance& instance) override;
    /// Not serving and not about to end.
    static bool is_idle(const Kept& kept) {
        return kept.instance->calls() == 0 && kept.instance->is_free();
    }
    std::size_t surplus() const;
    void on_timer();
    void arm();

    rt::Executor* executor_;
    std::shared_ptr<const engine::Component> code_;
    engine::CallLimits call_limits_;
    PoolLimits limits_;
    const Probe* probe_;
    std::vector<Kept> kept_;  // The one used last at the end. Invariant: size() <= instances_max.
    rt::Timer timer_;         // For idle instances to end and missing ones to begin.
};

}  // namespace weft::host
