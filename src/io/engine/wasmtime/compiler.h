#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "io/code_cache/code_cache.h"
#include "io/engine/wasmtime/compile_options.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// Makes native code of components, in a process of its own for each if it has a program for that.
class Compiler {
  public:
    Compiler(we_engine_config config, std::string worker, CompileLimits limits)
        : config_(config), worker_(std::move(worker)), limits_(limits) {}

    /// The code, in memory that nobody can change any more. Takes CPU time on all cores; blocks.
    /// Errors: those of `Engine::compile` but an unknown import; exhausted (`engine.compile_time`,
    /// `compile_memory`, `compile_size`, `compile_functions`), internal
    /// (`engine.compiler_crashed`), unavailable (`engine.compiler_unavailable`).
    Result<code_cache::Entry> compile(BytesView wasm) const;

  private:
    Result<void> compile_here(BytesView wasm, int output) const;
    Result<void> compile_in_child(BytesView wasm, int output) const;

    we_engine_config config_;
    std::string worker_;
    CompileLimits limits_;
};

}  // namespace weft::engine::wasmtime
