#pragma once

#include <string>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/value/world.h"
#include "entry/cli/callee.h"

namespace weft::cli {

/// `interface#function`, or the function alone where it belongs to the world.
std::string full_name(const value::World& world, ExportedFunction which);

/// The exported function that a person means. For `f` of `ns:pkg/iface@1.0.0` these are the same:
/// `ns:pkg/iface@1.0.0#f`, `ns:pkg/iface#f`, `iface#f`, each of them with '.' in place of '#',
/// `ns:pkg/iface.f@1.0.0`, and `f`. What is exactly a full name counts before all others.
/// Errors: not_found (`call.function_unknown`, with the nearest name), invalid_argument
/// (`call.function_ambiguous`, with all that are meant).
Result<ExportedFunction> find_function(const value::World& world, std::string_view name);

/// Whether the binary can have such a function at all: looked at before its code is compiled, which
/// takes long. What passes here may still be unknown to `find_function`. Errors: not_found
/// (`call.function_unknown`).
Result<void> check_function_name(BytesView code, std::string_view name);

}  // namespace weft::cli
