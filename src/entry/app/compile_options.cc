#include "entry/app/compile_options.h"

#include <unistd.h>

#include <algorithm>
#include <tuple>

#include "entry/app/progress_sink.h"
#include "io/engine/wasmtime/wasmtime_engine.h"
#include "io/files/files.h"

namespace weft::app {
namespace {

constexpr std::uint32_t engine_instances_max = 100'000;

}  // namespace

engine::wasmtime::CompileOptions compile_options(const cli::HostPlaces& places, const obs::Log& log,
                                                 obs::Registry* registry) {
    static const SystemWallClock clock;  // Neither has a state, so all engines share them.
    static SystemRandom random;
    engine::wasmtime::CompileOptions out;
    out.worker = "/proc/self/exe";  // The same program, also when its file was replaced.
    if (!places.code_cache_dir.empty())
        out.cache = {.directory = places.code_cache_dir,
                     .key_file = places.data_dir + "/code.key",
                     .clock = &clock,
                     .random = &random};
    out.log = log;
    out.clock = &clock;
    out.registry = registry;
    return out;
}

engine::EngineConfig engine_config(const engine::Limits& limits) {
    constexpr std::uint64_t page_bytes = 64U << 10U;
    engine::EngineConfig out;
    const auto asked = (limits[engine::Limit::memory] + page_bytes - 1) / page_bytes * page_bytes;
    out.memory_bytes_max = std::max(out.memory_bytes_max, asked);
    out.table_elements_max =
        std::max(out.table_elements_max, limits.count(engine::Limit::table_elements));
    out.instances_max = std::clamp(limits.count(engine::Limit::instances_max), out.instances_max,
                                   engine_instances_max);
    // A pool has room for a few parts of each instance.
    out.pooled = limits[engine::Limit::parts] <= engine::row_of(engine::Limit::parts).usual;
    return out;
}

Result<std::shared_ptr<engine::Engine>> make_guest_engine(const cli::GuestOptions& options,
                                                          std::uint32_t instances_max) {
    const auto& places = options.places;
    // Where it cannot be made, the code is compiled again the next time.
    if (!places.code_cache_dir.empty()) std::ignore = files::ensure_directory(places.data_dir);
    auto config = engine_config(options.guest.limits);
    config.instances_max = instances_max;
    config.pooled = false;  // A few instances: what a pool reserves would only bound them.
    obs::Log log;
    if (::isatty(STDERR_FILENO) != 0) {
        static const SystemWallClock clock;
        static ProgressSink progress(nullptr, STDERR_FILENO, wanted_colour());
        log = obs::Log(&progress, &clock);
    }
    return engine::wasmtime::make_engine(config, compile_options(places, log, nullptr));
}

}  // namespace weft::app
