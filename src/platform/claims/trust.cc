#include "platform/claims/trust.h"

#include <algorithm>

#include "platform/claims/capability.h"
#include "platform/claims/contains.h"

namespace weft::claims {

Result<void> add_issuer(TrustPolicy& policy, TrustedIssuer issuer) {
    if (issuer.key.kind() != crypto::KeyKind::account)
        CHECK(crypto::PublicKey::parse_as(crypto::KeyKind::account, issuer.key.text()));
    CHECK(check_grants(issuer.grants));
    const auto old = std::ranges::find(policy.issuers, issuer.key, &TrustedIssuer::key);
    if (old == policy.issuers.end()) {
        if (policy.issuers.size() >= trust_entries_max)
            return fail(Errc::exhausted, "trust.entries_exceeded",
                        "the trust file names {} issuers already, which is the limit",
                        policy.issuers.size());
        policy.issuers.push_back(std::move(issuer));
        return ok();
    }
    if (!issuer.name.empty()) old->name = std::move(issuer.name);
    old->unstated = issuer.unstated;
    for (auto& grant : issuer.grants)
        if (!contains(old->grants, grant)) old->grants.push_back(std::move(grant));
    if (contains(old->grants, every_capability)) old->grants = {std::string(every_capability)};
    return ok();
}

std::string trust_command(const TrustPolicy& policy, const crypto::PublicKey& key) {
    const auto command = "weft trust add " + key.text();
    return policy.file.empty() ? command : command + " --trust-file '" + policy.file + "'";
}

Result<TrustedIssuer> issuer_with_every_grant(std::string_view key) {
    TRY(const auto parsed, crypto::PublicKey::parse_as(crypto::KeyKind::account, key));
    return TrustedIssuer{.key = parsed,
                         .name = {},
                         .grants = {std::string(every_capability)},
                         .unstated = Unstated::none};
}

}  // namespace weft::claims
