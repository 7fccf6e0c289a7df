#pragma once

#include <cstddef>
#include <cstdint>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::codec {

/// An unsigned LEB128 number as it stood in the input.
template <typename T>
struct Leb128 {
    T value = 0;
    std::size_t bytes = 0;  ///< Bytes consumed: 1 to 5 for 32 bits, 1 to 10 for 64.
    bool minimal = true;    ///< False when the encoder padded it with zero groups.
};

/// Reads from the start of `bytes`. Padding up to the longest length of the type is allowed, as in
/// the WebAssembly binary format. Errors: corrupt (`leb128.truncated`, `leb128.overflow`).
Result<Leb128<std::uint32_t>> read_leb128_u32(BytesView bytes);
Result<Leb128<std::uint64_t>> read_leb128_u64(BytesView bytes);

/// Appends the shortest form.
void append_leb128(Bytes& out, std::uint64_t value);

}  // namespace weft::codec
