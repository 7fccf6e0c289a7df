#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "io/code_cache/code_cache.h"
#include "io/engine/wasmtime/compile/compile_options.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// Makes native code of components, in a process of its own for each if it has a program for that.
class Compiler {
  public:
    /// Compiling ends, and none begins any more, once `stop_fd` can be read, which outlives it; in
    /// this process one that has begun goes on. -1: nothing stops it.
    Compiler(we_engine_config config, std::string worker, CompileLimits limits, int stop_fd = -1)
        : config_(config), worker_(std::move(worker)), limits_(limits), stop_fd_(stop_fd) {}

    /// The code, in memory that nobody can change any more. Takes CPU time on all cores; blocks.
    /// Errors: those of `Engine::compile` but an unknown import; exhausted (`engine.compile_time`,
    /// `compile_memory`, `compile_size`, `compile_functions`), internal
    /// (`engine.compiler_crashed`), unavailable (`engine.compiler_unavailable`),
    /// cancelled (`engine.compile_stopped`).
    Result<code_cache::Entry> compile(BytesView wasm) const;

  private:
    Result<void> compile_here(BytesView wasm, int output) const;
    Result<void> compile_in_child(BytesView wasm, int output) const;

    we_engine_config config_;
    std::string worker_;
    CompileLimits limits_;
    int stop_fd_;
};

}  // namespace weft::engine::wasmtime
