#include "entry/app/compile_options.h"

namespace weft::app {

engine::wasmtime::CompileOptions compile_options(const CodePlaces& places, const obs::Log& log,
                                                 obs::Registry* registry) {
    static const SystemWallClock clock;  // Neither has a state, so all engines share them.
    static SystemRandom random;
    engine::wasmtime::CompileOptions out;
    out.worker = "/proc/self/exe";  // The same program, also when its file was replaced.
    if (!places.cache_dir.empty())
        out.cache = {.directory = places.cache_dir,
                     .key_file = places.data_dir + "/code.key",
                     .clock = &clock,
                     .random = &random};
    out.log = log;
    out.registry = registry;
    return out;
}

}  // namespace weft::app
