#pragma once

#include <string>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::codec {

/// Base32 as nkeys write it: RFC 4648 section 6, upper case, without padding.
std::string encode_base32(BytesView bytes);

/// The inverse, strict: each byte string has exactly one text. Messages never quote the text,
/// which may be a secret. Errors: invalid_argument (`base32.character_invalid`,
/// `base32.length_invalid`, `base32.bits_not_zero`).
Result<Bytes> decode_base32(std::string_view text);

}  // namespace weft::codec
