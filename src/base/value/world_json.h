#pragma once

#include <cstddef>
#include <string_view>

#include "base/core/result.h"
#include "base/value/world.h"

namespace weft::value {

struct WorldLimits {
    std::size_t bytes_max = 4 * 1024 * 1024;  ///< Of the text.
    std::size_t types_max = 200'000;          ///< Types and parts of types, all together.
};

/// Reads the description that the engine's library makes of a component. Strictly this form, no
/// member less or more:
///   W = {"imports":[I...],"exports":[I...]}
///   I = {"name":"ns:pkg/iface@1.0.0", a label or "","functions":[F...],"resources":["label"...]}
///   F = {"name":"add","async":false,"params":[["a",T]...],"result":T|null}
///   T = "bool", "s8" to "u64", "f32", "f64", "char", "string", "error-context", or one of
///       {"list":T} {"option":T} {"result":[T|null,T|null]} {"tuple":[T...]}
///       {"record":[["f",T]...]} {"variant":[["c",T|null]...]} {"enum":["a"...]} {"flags":["a"...]}
///       {"own":"name"} {"borrow":"name"} {"stream":T|null} {"future":T|null} {"map":[K,V]}
///       {"fixed_list":[T,n]}
/// Messages begin with the place: "exports[0].functions[2].params[1].list: ". Errors: those of
/// `codec::parse_json` and of the makers of `Type`; invalid_argument (`types.member_missing`,
/// `types.member_unknown`, `types.form_wrong`, `types.kind_unknown`, `types.name_invalid`,
/// `types.name_duplicate`), exhausted (`types.types_exceeded`).
Result<World> read_world(std::string_view text, WorldLimits limits = {});

}  // namespace weft::value
