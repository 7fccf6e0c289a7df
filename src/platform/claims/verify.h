#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "platform/claims/capability.h"
#include "platform/claims/needs.h"
#include "platform/claims/token.h"
#include "platform/claims/trust.h"

namespace weft::claims {

/// A component that may run, and what it may reach.
struct Admission {
    std::string digest;             ///< "sha256:..." of the whole binary.
    std::optional<TokenHead> head;  ///< Nothing when it is unsigned and the policy allows that.
    ComponentClaims claims;         ///< Empty when unsigned.
    std::string issuer_name;        ///< As the trust file or the account's token calls it.
    std::string trust_command;      ///< That lets its issuer grant more, see `trust_command`.
    EffectiveCapabilities capabilities;  ///< Everything when unsigned: then only links decide.

    bool is_signed() const { return head.has_value(); }
    /// For the store that keeps the highest revision of each subject: absent counts as 0.
    std::int64_t rev() const { return claims.rev.value_or(0); }
};

/// Decides whether a binary may run: one token, strict form, right signature, of a component, for
/// these bytes, in its time, by a trusted issuer, and every import and export outside the baseline
/// both claimed and granted. What is wrong with the artefact itself is said before what is wrong
/// between it and this host. Pure and offline. Errors: those of `scan_tokens`, `only_token`,
/// `crypto::decode_jwt`, `crypto::verify_jwt`, `read_token`, `check_validity`, `find_issuer`,
/// `find_needs`, `check_needs`, `check_needs_unstated`, `codec::read_interface`; unauthenticated
/// (`claims.unsigned`, `claims.subject_wrong`, `claims.issuer_wrong`, `claims.hash_mismatch`).
Result<Admission> admit(BytesView wasm, const TrustPolicy& policy, UnixSeconds now);

/// A need of a binary, and what of it this host would allow.
struct ExplainedNeed {
    Need need;
    bool is_claimed = false;  ///< By its token.
    bool is_granted = false;  ///< To the token's issuer.
};

/// What a binary needs, need by need, allowed or not. Errors: those of `admit` except for what is
/// not claimed or not granted.
Result<std::vector<ExplainedNeed>> explain_needs(BytesView wasm, const TrustPolicy& policy,
                                                 UnixSeconds now);

}  // namespace weft::claims
