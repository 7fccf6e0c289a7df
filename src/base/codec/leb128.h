#pragma once

#include <cstddef>
#include <cstdint>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::codec {

/// An unsigned LEB128 number as read.
struct Leb {
    std::uint64_t value;
    std::size_t length;  ///< Octets it took.
    bool minimal;        ///< Whether no shorter form exists; WebAssembly allows padding.
};

/// Reads the number at the start of `input`. At most 5 octets for 32 bits and 10 for 64; unused
/// bits of the last octet must be zero (WebAssembly core specification, 5.2.2). Errors: corrupt
/// `leb128.truncated`, `leb128.overlong`, `leb128.overflow`.
Result<Leb> read_leb32(BytesView input);
Result<Leb> read_leb64(BytesView input);

/// Appends the shortest form.
void append_leb(Bytes& out, std::uint64_t value);
/// Octets of the shortest form.
std::size_t leb_length(std::uint64_t value);

}  // namespace weft::codec
