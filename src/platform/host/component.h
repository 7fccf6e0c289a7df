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
    std::uint32_t concurrency_max = 100;  ///< Calls at one time on the whole host.
    std::uint32_t queue_max = 1'000;      ///< Calls that wait for their turn; more are refused.
    Duration deadline = std::chrono::seconds(30);  ///< Of one call, the wait included.
};

/// A component that was verified and compiled, ready to serve.
struct ComponentSpec {
    capability::ComponentId id;
    std::shared_ptr<const engine::Component> code;
    engine::CallLimits limits;
    Admission admission;
};

}  // namespace weft::host
