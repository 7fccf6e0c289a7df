#pragma once

#include "base/value/type.h"
#include "base/value/value.h"
#include "base/value/wire_writer.h"

namespace weft::value {

/// Writes a value that is one of the type; with any other it ends the process.
void put_value(WireWriter& writer, const Value& value, const Type& type);

/// The bytes of such a value: equal for equal values, and for those only.
Bytes wire_bytes(const Value& value, const Type& type);

}  // namespace weft::value
