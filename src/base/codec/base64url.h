#pragma once

#include <string>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::codec {

/// Base64url as JWS writes it: RFC 4648 section 5, without padding (RFC 7515 section 2).
std::string encode_base64url(BytesView bytes);

/// The inverse, strict: each byte string has exactly one text. No padding, no white space, no
/// letters of the other alphabet ('+', '/'), unused trailing bits zero. Errors: invalid_argument
/// (`base64url.character_invalid`, `base64url.length_invalid`, `base64url.bits_not_zero`).
Result<Bytes> decode_base64url(std::string_view text);

}  // namespace weft::codec
