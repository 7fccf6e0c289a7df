#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/value/value.h"
#include "base/value/world.h"

/// The wRPC encoding of whole values. Every value has one encoding, and only that one is read.
///
///   bool, u8, s8       one byte                  u16 to u64    LEB128, shortest
///   f32, f64           little-endian              s16 to s64    signed LEB128, shortest
///   char               UTF-8                      string        count of bytes, UTF-8
///   list, map          count, items               record, tuple, fixed_list   parts in order
///   option             0, or 1 and the value      result        0 or 1, the payload
///   variant, enum      LEB128 index, payload      flags         ceil(n/8) bytes, first flag
///   lowest own, borrow        count, opaque bytes       future        0, or 1 and the value
///   stream             count, items; 0: they come on a path of their own
namespace weft::value {

/// Appends a value. Nothing is appended when it fails. Errors: those of `conforms`.
Result<void> encode(const Value& value, const Type& type, Bytes& out);

/// Reads one value, which all bytes must belong to. NaN becomes the canonical one; of map entries
/// with the same key the last one counts. Errors: those of `WireReader::finish`, with the offset;
/// exhausted (`wire.nodes_exceeded`), unsupported (`value.kind_unsupported`).
Result<Value> decode(BytesView bytes, const Type& type, ValueLimits limits = {});

/// The arguments of a call, one behind the other. Errors: those of `conforms`; invalid_argument
/// (`value.size_wrong`: another number of them).
Result<void> encode_arguments(std::span<const Value> arguments, const Function& function,
                              Bytes& out);
/// Errors: those of `decode`.
Result<std::vector<Value>> decode_arguments(BytesView bytes, const Function& function,
                                            ValueLimits limits = {});
/// What a call gives back; nothing when the function has no result. Errors: those of `decode`.
Result<std::optional<Value>> decode_result(BytesView bytes, const Function& function,
                                           ValueLimits limits = {});

}  // namespace weft::value
