#include "doors/app/compile_options.h"

namespace weft::app {

engine::wasmtime::CompileOptions compile_options(const cli::UpOptions& options, const obs::Log& log,
                                                 obs::Registry* registry) {
    engine::wasmtime::CompileOptions out;
    out.worker = "/proc/self/exe";  // The same program, also when its file was replaced.
    if (!options.code_cache_dir.empty())
        out.cache = {.directory = options.code_cache_dir,
                     .key_file = options.data_dir + "/code.key"};
    out.log = log;
    out.registry = registry;
    return out;
}

}  // namespace weft::app
