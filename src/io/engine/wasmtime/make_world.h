#pragma once

#include "base/core/result.h"
#include "io/engine/wasmtime/handle.h"
#include "io/engine/world.h"

namespace weft::engine::wasmtime {

/// The world as the library knows it. Errors: those of `Component::in_world`.
Result<WorldHandle> make_world(const World& world);

}  // namespace weft::engine::wasmtime
