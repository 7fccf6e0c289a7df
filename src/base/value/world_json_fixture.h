#pragma once

#include "base/codec/json.h"
#include "base/value/world.h"

namespace weft::value {

/// The inverse of `read_world`.
codec::Json write_world(const World& world);
/// T of one type, as `read_world` calls it.
codec::Json write_type(const Type& type);

}  // namespace weft::value
