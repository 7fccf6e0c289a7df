#pragma once

#include <string>
#include <string_view>

#include "base/codec/json.h"
#include "base/core/result.h"
#include "base/crypto/jws.h"

namespace weft::crypto {

/// The claims of a token (RFC 7519) beside the signature that covers them.
struct Jwt {
    Jws jws;
    codec::Json claims;  ///< An object without duplicate keys.
    std::string issuer;  ///< `iss`, as it stands.
};

/// Reads a token whose signature is not looked at. Errors: those of `decode_jws`, unauthenticated
/// (`jwt.claims_invalid`): claims that are not a JSON object, or without `iss`.
Result<Jwt> decode_jwt(std::string_view token);

/// Checks the signature with the key that `iss` names, and gives back that key. It says that the
/// holder of the key signed, not that anybody trusts them. Errors: those of `verify_jws`,
/// unauthenticated (`jwt.issuer_invalid`).
Result<PublicKey> verify_jwt(const Jwt& jwt);

/// Makes a token. The caller sets `iss` to the public key of `seed`. Errors: those of `sign_jws`.
Result<std::string> sign_jwt(const codec::Json& claims, const Seed& seed);

}  // namespace weft::crypto
