#include "base/crypto/jws.h"

#include <algorithm>

#include "base/codec/base64url.h"
#include "base/codec/json.h"

namespace weft::crypto {
namespace {

constexpr std::string_view header_json = R"({"typ":"jwt","alg":"Ed25519"})";

Result<Bytes> decode_part(std::string_view part, std::string_view name) {
    auto bytes = codec::decode_base64url(part);
    if (!bytes)
        return fail(Errc::unauthenticated, "jwt.encoding_invalid", "the {} of the token: {}", name,
                    bytes.error().message);
    return bytes;
}

/// Only the one header there is passes.
Result<void> check_header(std::string_view part) {
    TRY(const auto bytes, decode_part(part, "header"));
    const auto header = codec::parse_json(as_text(bytes), {.depth_max = 4});
    if (!header)
        return fail(Errc::unauthenticated, "jwt.header_invalid", "the header of the token: {}",
                    header.error().message);
    const auto has = [&](std::string_view key, std::string_view value) {
        const auto* member = header->find(key);
        const auto* text = member == nullptr ? nullptr : member->as_string();
        return text != nullptr && *text == value;
    };
    if (has("typ", "jwt") && has("alg", "Ed25519") && header->as_object()->size() == 2) return ok();
    return fail(Errc::unauthenticated, "jwt.header_invalid",
                "the header of the token is not exactly '{}'; only such tokens are accepted",
                header_json);
}

}  // namespace

Result<Jws> decode_jws(std::string_view token) {
    if (token.size() > token_bytes_max)
        return fail(Errc::exhausted, "jwt.too_long", "the token has {} bytes, the limit is {}",
                    token.size(), token_bytes_max);
    if (std::ranges::count(token, '.') != 2)
        return fail(Errc::unauthenticated, "jwt.parts_wrong",
                    "the token is not three parts with a dot between them");
    const auto first = token.find('.');
    const auto second = token.rfind('.');
    CHECK(check_header(token.substr(0, first)));
    TRY(auto payload, decode_part(token.substr(first + 1, second - first - 1), "payload"));
    TRY(const auto signature, decode_part(token.substr(second + 1), "signature"));
    Jws jws{.signed_text = token.substr(0, second), .payload = std::move(payload), .signature = {}};
    if (signature.size() != jws.signature.size())
        return fail(Errc::unauthenticated, "jwt.signature_length",
                    "the signature of the token has {} bytes instead of {}", signature.size(),
                    jws.signature.size());
    std::ranges::copy(signature, jws.signature.begin());
    return jws;
}

Result<void> verify_jws(const Jws& jws, const PublicKey& key) {
    if (key.kind() == KeyKind::curve)
        return fail(Errc::invalid_argument, "key.cannot_sign",
                    "'{}' is a curve key, which signs nothing", key.text());
    return ed25519_verify(key.bytes(), as_bytes(jws.signed_text), jws.signature);
}

Result<std::string> sign_jws(BytesView payload, const Seed& seed) {
    auto token = codec::encode_base64url(as_bytes(header_json));
    token += '.';
    token += codec::encode_base64url(payload);
    TRY(const auto signature, seed.sign(as_bytes(token)));
    token += '.';
    token += codec::encode_base64url(signature);
    if (token.size() > token_bytes_max)
        return fail(Errc::exhausted, "jwt.too_long",
                    "the token would have {} bytes, the limit is {}; shorten its claims",
                    token.size(), token_bytes_max);
    return token;
}

}  // namespace weft::crypto
