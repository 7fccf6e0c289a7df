#pragma once

#include "base/obs/log.h"
#include "base/obs/registry.h"
#include "doors/cli/up_options.h"
#include "io/engine/wasmtime/compile_options.h"

namespace weft::app {

/// How this program compiles: it starts itself again for each component, and keeps what comes of
/// it. The key of the cache is in the data directory, so that whoever brings back a cache from
/// somewhere does not bring the key that makes it valid. `registry` outlives the engine.
engine::wasmtime::CompileOptions compile_options(const cli::UpOptions& options, const obs::Log& log,
                                                 obs::Registry* registry);

}  // namespace weft::app
