#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/obs/log.h"
#include "base/obs/registry.h"
#include "io/code_cache/code_cache.h"

namespace weft::engine::wasmtime {

// A sanitizer's own memory is more than any limit.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::uint64_t compile_memory_bytes_max = 0;
#else
constexpr std::uint64_t compile_memory_bytes_max = 1U << 30U;
#endif

/// What compiling one component may use. Held by the child process that compiles; without one,
/// nothing holds it but the count of functions.
struct CompileLimits {
    std::uint32_t cpu_s_max = 120;       ///< On all cores together.
    std::chrono::seconds time_max{600};  ///< By the clock, for a machine that is busy.
    std::uint64_t memory_bytes_max = compile_memory_bytes_max;  ///< 0: no limit.
    std::uint64_t code_bytes_max = 512U << 20U;                 ///< Of what is compiled.
};

/// How components become native code.
struct CompileOptions {
    /// The program that compiles, one process for each component: called with `compile-worker` as
    /// its argument, its main function hands over to `run_compile_worker`. Empty: compile in this
    /// process, for tests and for trusted components.
    std::string worker;
    CompileLimits limits;
    std::optional<code_cache::CodeCache::Options> cache;  ///< Nothing: compile each time.
    obs::Log log;  ///< For warnings about the cache, and for begin and end of compiling.
    const WallClock* clock = nullptr;   ///< For how long that took; null: it is not said.
    obs::Registry* registry = nullptr;  ///< For metrics of the cache; may be null.
};

}  // namespace weft::engine::wasmtime
