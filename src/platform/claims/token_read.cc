#include <limits>

#include "base/codec/hex.h"
#include "base/crypto/sha256.h"
#include "platform/claims/token.h"

namespace weft::claims {
namespace {

using codec::Json;

Failure malformed(const Error& cause) {
    return fail(Errc::unauthenticated, "claims.token_malformed",
                "the claims of the token are malformed: {}; sign again", cause.message);
}

/// The value, or what is wrong as an error of the token.
template <typename T>
Result<T> of_token(Result<T> value) {
    if (!value) return malformed(value.error());
    return value;
}

Result<std::string> text_or_empty(const Json& object, std::string_view key) {
    TRY(auto text, of_token(object.find_string(key)));
    return std::move(text).value_or("");
}

Result<std::optional<std::int64_t>> find_unsigned(const Json& object, std::string_view key,
                                                  std::int64_t max) {
    TRY(const auto number, of_token(object.find_int(key)));
    if (number && (*number < 0 || *number > max))
        return fail(
            Errc::unauthenticated, "claims.token_malformed",
            "the claims of the token are malformed: '{}' is {}, outside 0 to {}; sign again", key,
            *number, max);
    return number;
}

constexpr auto any_time = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t any_rev = std::numeric_limits<std::int32_t>::max();

Result<crypto::PublicKey> get_key(const Json& claims, std::string_view key) {
    TRY(const auto text, of_token(claims.get_string(key)));
    return of_token(crypto::PublicKey::parse(text).context("'{}'", key));
}

Result<TokenHead> read_head(const Json& claims) {
    TRY(auto id, of_token(claims.get_string("jti")));
    TRY(const auto issued_at, find_unsigned(claims, "iat", any_time));
    if (!issued_at)
        return fail(Errc::unauthenticated, "claims.token_malformed",
                    "the claims of the token are malformed: 'iat' is missing; sign again");
    TRY(auto issuer, get_key(claims, "iss"));
    TRY(auto subject, get_key(claims, "sub"));
    TRY(const auto expires_at, find_unsigned(claims, "exp", any_time));
    TRY(const auto not_before, find_unsigned(claims, "nbf", any_time));
    TRY(const auto revision, find_unsigned(claims, "wascap_revision", any_rev));
    return TokenHead{std::move(id), *issued_at, issuer, subject, expires_at, not_before, revision};
}

/// So that a message may quote it.
Result<void> check_hash_text(const std::string& hash) {
    const auto bytes = codec::decode_hex(hash);
    if (bytes && bytes->size() == crypto::Sha256Digest().size()) return ok();
    return fail(Errc::unauthenticated, "claims.token_malformed",
                "the claims of the token are malformed: 'hash' is not 64 hexadecimal digits in "
                "upper case; sign again");
}

Result<ComponentClaims> read_component(const Json& body) {
    ComponentClaims out;
    TRY(out.name, text_or_empty(body, "name"));
    TRY(out.hash, of_token(body.get_string("hash")));
    CHECK(check_hash_text(out.hash));
    TRY(auto tags, of_token(body.find_strings("tags")));
    out.tags = std::move(tags).value_or(std::vector<std::string>());
    TRY(out.caps, of_token(body.find_strings("caps")));
    TRY(out.rev, find_unsigned(body, "rev", any_rev));
    TRY(out.version, text_or_empty(body, "ver"));
    TRY(out.call_alias, text_or_empty(body, "call_alias"));
    TRY(const auto is_provider, of_token(body.find_bool("prov")));
    out.is_provider = is_provider.value_or(false);
    return out;
}

Result<ProviderClaims> read_provider(const Json& body) {
    ProviderClaims out;
    TRY(out.name, text_or_empty(body, "name"));
    TRY(out.vendor, of_token(body.get_string("vendor")));
    TRY(out.rev, find_unsigned(body, "rev", any_rev));
    TRY(out.version, text_or_empty(body, "ver"));
    TRY(out.capability_id, text_or_empty(body, "capid"));
    TRY(const auto* const hashes, of_token(body.get_object("target_hashes")));
    for (const auto& [target, hash] : *hashes) {
        const auto* text = hash.as_string();
        if (text == nullptr)
            return fail(Errc::unauthenticated, "claims.token_malformed",
                        "the claims of the token are malformed: a target hash is not text; sign "
                        "again");
        out.target_hashes.emplace_back(target, *text);
    }
    return out;
}

Result<SignerClaims> read_signer(const Json& body) {
    SignerClaims out;
    TRY(out.name, text_or_empty(body, "name"));
    TRY(auto signers, of_token(body.find_strings("valid_signers")));
    out.valid_signers = std::move(signers).value_or(std::vector<std::string>());
    return out;
}

}  // namespace

Result<Token> read_token(const Json& claims) {
    TRY(auto head, read_head(claims));
    const auto* body = claims.find("wascap");
    if (body == nullptr || body->as_object() == nullptr)
        return fail(Errc::unauthenticated, "claims.token_malformed",
                    "the claims of the token are malformed: 'wascap' is not an object; sign again");
    switch (head.subject.kind()) {
        case crypto::KeyKind::module_: {
            TRY(auto component, read_component(*body));
            return Token{std::move(head), std::move(component)};
        }
        case crypto::KeyKind::provider: {
            TRY(auto provider, read_provider(*body));
            return Token{std::move(head), std::move(provider)};
        }
        case crypto::KeyKind::account:
        case crypto::KeyKind::operator_:
        case crypto::KeyKind::cluster: {
            TRY(auto signer, read_signer(*body));
            return Token{std::move(head), std::move(signer)};
        }
        default:
            return fail(Errc::unauthenticated, "claims.subject_unsupported",
                        "the subject of the token is a key of the kind '{}', which tokens of "
                        "components, providers, accounts and operators never have",
                        crypto::key_kind_row(head.subject.kind()).name);
    }
}

}  // namespace weft::claims
