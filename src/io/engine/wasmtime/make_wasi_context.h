#pragma once

#include "base/core/result.h"
#include "io/engine/wasi_context.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// The context as the library knows it. Errors: those of `Component::with_context`.
Result<WasiContextHandle> make_wasi_context(const WasiContext& context);

}  // namespace weft::engine::wasmtime
