#pragma once

#include "base/codec/json.h"
#include "base/value/value.h"

namespace weft::value {

/// The value as JSON, for programs that read what a call gave. What JSON has maps to it:
///
///   bool, integers, finite floats   the same           string, char    a string
///   integers beyond 2^53            a string, as `write_json` has it
///   list, tuple, fixed_list         an array           record          an object
///   map with keys of string         an object          other maps      an array of pairs
///   flags                           an array of those that are set
///   enum, a case without payload    its name           with payload    {"case": payload}
///   option                          null or the value; {"some": value} around an option
///   result                          {"ok": value} or {"err": value}, null where there is none
///   nan, inf, -inf                  that word as a string
///
/// It cannot be read back without the type, and it is not read at all: arguments are WAVE.
/// Errors: those of `print_wave`.
Result<codec::Json> to_json(const Value& value, const Type& type);

}  // namespace weft::value
