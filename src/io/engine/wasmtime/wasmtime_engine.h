#pragma once

#include <memory>

#include "io/engine/engine.h"
#include "io/engine/wasmtime/compile/compile_options.h"

namespace weft::engine::wasmtime {

/// The engine of a real process: Wasmtime, in the Rust library engine-rs/. Each call is a task of
/// the library, polled on the executor that awaits the call. A process may have several.
/// Errors: invalid_argument (a figure of `config` out of range, named), unavailable (the machine
/// refuses threads or memory), internal (the library is of another version).
///
/// A cache that cannot be used is one warning in the log (`code_cache.directory_refused`), and
/// everything is compiled each time.
Result<std::shared_ptr<Engine>> make_engine(const EngineConfig& config,
                                            const CompileOptions& compile = {});

}  // namespace weft::engine::wasmtime
