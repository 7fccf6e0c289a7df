#pragma once

#include <string>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::codec {

/// Upper case, as hashes in tokens are written.
std::string encode_hex(BytesView bytes);
/// Lower case, as OCI digests are written.
std::string encode_hex_lower(BytesView bytes);

/// The inverse of `encode_hex`; lower case is refused, so that each byte string has one text.
/// Errors: invalid_argument (`hex.length_odd`, `hex.character_invalid`).
Result<Bytes> decode_hex(std::string_view text);

}  // namespace weft::codec
