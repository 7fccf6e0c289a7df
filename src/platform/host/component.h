#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/core/time.h"
#include "io/engine/engine.h"
#include "platform/capability/invoke.h"

namespace weft::host {

/// How many calls of one component may be under way, and how long each may take.
struct Admission {
    std::uint32_t concurrency_max = 100;  ///< Calls at the same time on the whole host.
    std::uint32_t queue_max = 1'000;      ///< Calls that wait for their turn; more are refused.
    Duration deadline = std::chrono::seconds(30);  ///< Of one call, the wait included.
};

/// How the instances of one component are kept, on the whole host.
struct Reuse {
    /// Calls that an instance serves before it ends; 0: one where calls come one after the other
    /// (WASI 0.2), `reuse_concurrent` where they run together (0.3).
    std::uint32_t calls = 0;
    std::uint32_t concurrent_max = 16;         ///< Calls at the same time in an instance that can.
    std::uint32_t instances_min = 0;           ///< Kept ready, also when idle.
    std::uint32_t instances_max = 0;           ///< 0: twice the calls at the same time.
    Duration idle = std::chrono::seconds(10);  ///< After that an instance without calls ends.

    static constexpr std::uint32_t reuse_concurrent = 128;
};

/// A component that was verified and compiled, ready to serve.
struct ComponentSpec {
    capability::ComponentId id;
    std::shared_ptr<const engine::Component> code;
    engine::CallLimits limits;
    Admission admission;
    Reuse reuse;
    /// What its instances may print together in a second; the rest is dropped and counted.
    std::uint64_t log_bytes_per_s = 64U << 10U;
};

}  // namespace weft::host
