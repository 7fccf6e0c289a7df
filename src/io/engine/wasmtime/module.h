#pragma once

#include "io/code_cache/code_cache.h"
#include "io/engine/engine.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// Whether the bytes begin like a core module, and not like a component.
bool is_core_module(BytesView wasm);

/// Takes a compiled core module of WASI preview 1 into the engine; no handler answers imports of
/// those. Errors: those of `CodeSource::Load`.
Result<std::shared_ptr<const Component>> load_module(const we_engine* engine,
                                                     const code_cache::Entry& code,
                                                     Engine::Imports imports);

}  // namespace weft::engine::wasmtime
