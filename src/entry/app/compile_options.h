#pragma once

#include "base/obs/log.h"
#include "base/obs/registry.h"
#include "io/engine/wasmtime/compile/compile_options.h"

namespace weft::app {

/// Where compiled code is kept, absolute.
struct CodePlaces {
    std::string cache_dir;  ///< Empty: nowhere.
    std::string data_dir;   ///< Of the key.
};

/// How this program compiles: it starts itself again for each component, and keeps what comes of
/// it. The key of the cache is in the data directory, so that the one who brings back a cache from
/// somewhere does not bring the key that makes it valid. `registry` outlives the engine.
engine::wasmtime::CompileOptions compile_options(const CodePlaces& places, const obs::Log& log,
                                                 obs::Registry* registry);

}  // namespace weft::app
