#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/core/time.h"

namespace weft::engine {

/// What one instance may use, however many calls it serves. Zero is refused unless said otherwise.
struct CallLimits {
    std::uint64_t memory_bytes_max = 64U << 20U;  ///< All linear memories of the instance together.
    std::uint64_t hostcall_bytes_max = 16U << 20U;  ///< Handed to the host in one call.
    std::uint32_t table_elements_max = 20'000;      ///< Of each table.
    std::uint32_t handles_max = 1'000;              ///< Host resources open at the same time.
    std::uint32_t header_bytes_max = 64U << 10U;    ///< Of one set of fields that the guest builds.
    std::uint32_t random_bytes_max = 64U << 10U;    ///< Asked for in one call.
    std::uint32_t parts_max = 100;  ///< Core instances, tables and memories, of each.
    Duration cpu_time_max{};        ///< Running time of a call; zero: only the deadline counts.
};

/// How the engine of a process is set up; fixed at start.
struct EngineConfig {
    std::uint32_t instances_max =
        1'000;  ///< Instances alive at the same time, all components together.
    std::uint64_t memory_bytes_max = 256U
                                     << 20U;  ///< The largest linear memory any component may get.
    std::uint64_t keep_resident_bytes = 64U << 10U;  ///< Memory kept warm per pooled slot.
    std::uint32_t epoch_tick_ms = 10;                ///< Length of a guest's time slice.
};

/// How memory that an instance has used is made new for the next one.
enum class MemoryReset : std::uint8_t {
    copy_on_write,   ///< The kernel takes it back, except for what is kept warm; it is copied anew.
    resident_pages,  ///< The kernel says which pages were written; only those are overwritten.
};

/// Figures for metrics and `weft doctor`.
struct EngineStats {
    bool pooling =
        false;  ///< False when address space was too small and instances are allocated on demand.
    std::string pooling_refusal =
        {};  ///< Why there is no pool, as the engine says it; empty with one.
    MemoryReset reset = MemoryReset::copy_on_write;  ///< Of a pool.
    std::string reset_reason = {};       ///< What the probe at start found, in a few words.
    std::uint64_t memory_bytes_max = 0;  ///< The largest linear memory.
    std::uint64_t reserved_bytes = 0;    ///< Address space that making the engine took.
    std::uint64_t instances = 0;         ///< Alive now.
    std::uint64_t instances_max = 0;
    std::uint64_t epoch_yields = 0;  ///< Time slices used up, since start.
};

}  // namespace weft::engine
