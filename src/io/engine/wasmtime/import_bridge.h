#pragma once

#include "io/engine/imports.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// Passes the imports of an instance on to a handler, which outlives the instance's task; null:
/// every call of an import ends the guest.
we_imports imports_of(ImportHandler* handler);

}  // namespace weft::engine::wasmtime
