#pragma once

#include "base/obs/log.h"
#include "base/obs/registry.h"
#include "entry/cli/guest_options.h"
#include "io/engine/engine.h"
#include "io/engine/wasmtime/compile/compile_options.h"

namespace weft::app {

/// How this program compiles: it starts itself again for each component, and keeps what comes of
/// it. The key of the cache is in the data directory, so that the one who brings back a cache from
/// somewhere does not bring the key that makes it valid. `registry` outlives the engine.
engine::wasmtime::CompileOptions compile_options(const cli::HostPlaces& places, const obs::Log& log,
                                                 obs::Registry* registry);

/// An engine for guests of which one may have these limits, and all together as many instances.
engine::EngineConfig engine_config(const engine::Limits& limits);

/// The engine of a command that runs one file. Errors: those of
/// `engine::wasmtime::make_engine`.
Result<std::shared_ptr<engine::Engine>> make_guest_engine(const cli::GuestOptions& options,
                                                          std::uint32_t instances_max);

}  // namespace weft::app
