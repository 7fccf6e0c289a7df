#include "base/crypto/jwt.h"

namespace weft::crypto {

Result<Jwt> decode_jwt(std::string_view token) {
    TRY(auto jws, decode_jws(token));
    auto claims = codec::parse_json(as_text(jws.payload), {.depth_max = 32});
    if (!claims)
        return fail(Errc::unauthenticated, "jwt.claims_invalid", "the claims of the token: {}",
                    claims.error().message);
    auto issuer = claims->get_string("iss");
    if (!issuer)
        return fail(Errc::unauthenticated, "jwt.claims_invalid",
                    "the claims of the token name no issuer: {}", issuer.error().message);
    return Jwt{std::move(jws), std::move(*claims), std::move(*issuer)};
}

Result<PublicKey> verify_jwt(const Jwt& jwt) {
    auto key = PublicKey::parse(jwt.issuer);
    if (!key)
        return fail(Errc::unauthenticated, "jwt.issuer_invalid", "the issuer of the token: {}",
                    key.error().message);
    CHECK(verify_jws(jwt.jws, *key));
    return key;
}

Result<std::string> sign_jwt(const codec::Json& claims, const Seed& seed) {
    return sign_jws(as_bytes(codec::write_json(claims)), seed);
}

}  // namespace weft::crypto
