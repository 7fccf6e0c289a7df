#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/value/world.h"

namespace weft::host {

/// Finds each function of `wanted`, an interface that one component imports, among the exports of
/// another: the same interface in a fitting version, the same types. The result has their numbers
/// in `engine::Component::describe`. Errors: unsupported (`host.link_mismatch`, with the function
/// and the part of its type that differs; `host.link_resource`: resources do not cross links).
Result<std::vector<std::uint32_t>> match_exports(const value::Interface& wanted,
                                                 const value::World& offered);

/// Where two types differ first, for people: "field 'a' of the list's element: u32, not u64".
/// Empty when they are the same.
std::string type_difference(const value::Type& wanted, const value::Type& offered);

}  // namespace weft::host
