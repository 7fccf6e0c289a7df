#pragma once

#include "base/core/result.h"

namespace weft::engine::wasmtime {

/// Starts what the library has once per process; later calls return what the first one did.
/// Errors: internal (a library of another version), unavailable (no thread).
Result<void> ensure_runtime();

}  // namespace weft::engine::wasmtime
