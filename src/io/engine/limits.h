#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::engine {

/// What one call may use. Zero means "no limit of its own" where said, else it is refused.
struct CallLimits {
    std::uint64_t memory_bytes_max = 64U << 20U;  ///< All linear memories of the instance together.
    std::uint32_t table_elements_max = 20'000;    ///< Of each table.
    std::uint32_t cpu_ticks_max = 0;  ///< Epoch ticks of running time; 0: only the deadline counts.
    std::uint32_t handles_max = 1'000;  ///< Host resources open at one time.
};

/// How the engine of a process is set up; fixed at start.
struct EngineConfig {
    std::uint32_t instances_max = 1'000;  ///< Instances alive at one time, all components together.
    std::uint64_t memory_bytes_max = 256U
                                     << 20U;  ///< The largest linear memory any component may get.
    std::uint64_t keep_resident_bytes = 64U << 10U;  ///< Memory kept warm per pooled slot.
    std::uint32_t epoch_tick_ms = 10;                ///< Length of a guest's time slice.
};

/// Figures for metrics and `weft doctor`.
struct EngineStats {
    bool pooling =
        false;  ///< False when address space was too small and instances are allocated on demand.
    std::uint64_t instances = 0;  ///< Alive now.
    std::uint64_t instances_max = 0;
    std::uint64_t epoch_yields = 0;  ///< Time slices used up, since start.
};

}  // namespace weft::engine
