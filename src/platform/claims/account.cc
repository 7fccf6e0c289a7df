#include "platform/claims/account.h"

#include <algorithm>
#include <optional>

#include "base/crypto/jwt.h"
#include "platform/claims/contains.h"
#include "platform/claims/validity.h"

namespace weft::claims {
namespace {

/// A token of an account whose signature is not checked yet.
struct UnverifiedAccount {
    crypto::Jwt jwt;
    Token token;

    bool names(const crypto::PublicKey& key) const {
        return token.head.subject == key ||
               contains(std::get<SignerClaims>(token.body).valid_signers, key.text());
    }
};

Result<UnverifiedAccount> decode_account(std::string_view text) {
    TRY(auto jwt, crypto::decode_jwt(text));
    TRY(auto token, read_token(jwt.claims));
    const auto& head = token.head;
    if (head.issuer.kind() != crypto::KeyKind::operator_ ||
        head.subject.kind() != crypto::KeyKind::account)
        return fail(Errc::unauthenticated, "claims.account_token_wrong",
                    "this is the token of a key of the kind '{}', signed by one of the kind '{}'; "
                    "an account's, signed by an operator, is needed here",
                    crypto::key_kind_row(head.subject.kind()).name,
                    crypto::key_kind_row(head.issuer.kind()).name);
    return UnverifiedAccount{std::move(jwt), std::move(token)};
}

}  // namespace

Result<Token> read_account(std::string_view token) {
    TRY(auto account, decode_account(token));
    CHECK(crypto::verify_jwt(account.jwt));
    return std::move(account.token);
}

std::string find_name(const TrustPolicy& policy, const crypto::PublicKey& key) {
    for (const auto* list : {&policy.issuers, &policy.operators})
        for (const auto& issuer : *list)
            if (issuer.key == key && !issuer.name.empty()) return issuer.name;
    for (const auto& text : policy.accounts)
        if (const auto account = decode_account(text); account && account->names(key))
            return std::get<SignerClaims>(account->token.body).name;
    return {};
}

Result<void> check_not_revoked(const TrustPolicy& policy, const crypto::PublicKey& key) {
    if (!contains(policy.revoked, key)) return ok();
    const auto name = find_name(policy, key);
    return fail(Errc::unauthenticated, "claims.key_revoked",
                "the key '{}'{} is revoked on this host; sign with another key", key.text(),
                name.empty() ? name : " ('" + name + "')");
}

Result<TrustedIssuer> find_issuer(const TrustPolicy& policy, const crypto::PublicKey& key,
                                  UnixSeconds now) {
    CHECK(check_not_revoked(policy, key));
    const auto listed = std::ranges::find(policy.issuers, key, &TrustedIssuer::key);
    if (listed != policy.issuers.end()) return *listed;
    std::string late;
    std::optional<Error> revoked;
    for (const auto& text : policy.accounts) {
        const auto account = decode_account(text);
        if (!account || !account->names(key) || !crypto::verify_jwt(account->jwt)) continue;
        const auto& head = account->token.head;
        const auto root = std::ranges::find(policy.operators, head.issuer, &TrustedIssuer::key);
        if (root == policy.operators.end()) continue;
        // Another account's token further on may vouch for the key, so none of these is the end.
        auto counts = check_not_revoked(policy, head.issuer);
        if (counts) counts = check_not_revoked(policy, head.subject);
        if (!counts) {
            revoked = std::move(counts).error();
            continue;
        }
        counts = check_validity(head, now);
        if (!counts) {
            late = counts.error().message;
            continue;
        }
        return TrustedIssuer{.key = key,
                             .name = std::get<SignerClaims>(account->token.body).name,
                             .grants = root->grants,
                             .unstated = root->unstated};
    }
    if (revoked) return Failure(std::move(*revoked));
    if (!late.empty())
        return fail(Errc::unauthenticated, "claims.account_out_of_time",
                    "the token of the account '{}' does not count: {}", key.text(), late);
    return fail(Errc::unauthenticated, "claims.issuer_unknown",
                "the component is signed by '{}', which this host does not trust", key.text());
}

}  // namespace weft::claims
