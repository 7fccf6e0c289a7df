#include "platform/claims/sign.h"

#include "base/crypto/jwt.h"
#include "platform/claims/embed.h"
#include "platform/claims/module_hash.h"
#include "platform/claims/nuid.h"

namespace weft::claims {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::string normalise_call_alias(std::string_view alias) {
    std::string out;
    for (const char c : alias) {
        if (static_cast<unsigned char>(c) >= 0x80) continue;
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    while (!out.empty() && is_space(out.back())) out.pop_back();
    std::size_t start = 0;
    while (start < out.size() && is_space(out[start])) ++start;
    out.erase(0, start);
    for (auto& c : out)
        if (c == ' ' || c == '-' || c == '.') c = '_';
    return out;
}

Result<std::string> sign_token(Token token, const crypto::Seed& issuer) {
    token.head.issuer = issuer.public_key();
    return crypto::sign_jwt(write_token(token), issuer);
}

Result<Bytes> sign_component(BytesView wasm, const SignRequest& request, Random& random) {
    if (request.issuer.kind() != crypto::KeyKind::account ||
        request.subject.kind() != crypto::KeyKind::module_)
        return fail(Errc::invalid_argument, "claims.sign_keys",
                    "a component is signed by an account key and has a module key as its subject, "
                    "not '{}' and '{}'; make them with 'weft keys gen'",
                    crypto::key_kind_row(request.issuer.kind()).name,
                    crypto::key_kind_row(request.subject.kind()).name);
    auto claims = request.claims;
    TRY(claims.hash, module_hash(wasm, HashRule::rebuild));
    claims.call_alias = normalise_call_alias(claims.call_alias);
    Token token{.head = {.id = make_nuid(random),
                         .issued_at = request.now,
                         .issuer = request.issuer.public_key(),
                         .subject = request.subject,
                         .expires_at = request.expires_at,
                         .not_before = request.not_before,
                         .revision = wascap_revision},
                .body = std::move(claims)};
    TRY(const auto text, sign_token(std::move(token), request.issuer));
    return embed_token(wasm, text);
}

std::string sign_command(const std::string& path) {
    constexpr std::string_view fit =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    auto name = path.substr(path.find_last_of('/') + 1);
    name = name.substr(0, name.find('.'));
    if (name.empty() || name.find_first_not_of(fit) != std::string::npos) name = "NAME";
    return fmt::format("weft claims sign '{0}' --name {1} --caps auto --out '{0}'", path, name);
}

}  // namespace weft::claims
