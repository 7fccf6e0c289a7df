#pragma once

#include <string>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/crypto/nkeys.h"

namespace weft::crypto {

/// A longer token is refused before anything is decoded.
constexpr std::size_t token_bytes_max = 8 * 1024;

/// A token in its parts. Nothing is proven yet.
struct Jws {
    std::string_view signed_text;  ///< What the signature covers; points into the token.
    Bytes payload;
    Ed25519Signature signature;
};

/// Takes JWS compact serialisation apart (RFC 7515 section 3.1), strictly: three parts, base64url
/// in its one form, and a header that says `"typ":"jwt"` and `"alg":"Ed25519"` and nothing else. So
/// there is nothing in a token that chooses how it is checked. Errors: unauthenticated
/// (`jwt.parts_wrong`, `jwt.encoding_invalid`, `jwt.header_invalid`, `jwt.signature_length`),
/// exhausted (`jwt.too_long`).
Result<Jws> decode_jws(std::string_view token);

/// Errors: unauthenticated (`crypto.signature_invalid`, `crypto.key_weak`), invalid_argument
/// (`key.cannot_sign`) for a curve key.
Result<void> verify_jws(const Jws& jws, const PublicKey& key);

/// Makes a token. Errors: invalid_argument (`key.cannot_sign`), exhausted (`jwt.too_long`).
Result<std::string> sign_jws(BytesView payload, const Seed& seed);

}  // namespace weft::crypto
