#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/core/time.h"
#include "base/crypto/nkeys.h"
#include "platform/claims/token.h"
#include "platform/claims/trust.h"

namespace weft::claims {

/// Reads the token of an account: well formed, its signature right, issued by an operator key. It
/// says nothing of trust or time. Errors: those of `crypto::decode_jwt`, `crypto::verify_jwt` and
/// `read_token`, unauthenticated (`claims.account_token_wrong`).
Result<Token> read_account(std::string_view token);

/// Finds who vouches for tokens that `key` signed: an entry under `issuers`, or an account token of
/// a trusted operator that is in its time and names the key as its subject or among its valid
/// signers. What comes back has the account's key and name and the operator's grants. Errors:
/// unauthenticated (`claims.key_revoked`, `claims.issuer_unknown`, `claims.account_out_of_time`).
Result<TrustedIssuer> find_issuer(const TrustPolicy& policy, const crypto::PublicKey& key,
                                  UnixSeconds now);

/// Errors: unauthenticated (`claims.key_revoked`).
Result<void> check_not_revoked(const TrustPolicy& policy, const crypto::PublicKey& key);

/// What the policy, or the token of an account in it, calls a key; empty when neither names it. For
/// people only: no signature is checked, and nothing is decided by it.
std::string find_name(const TrustPolicy& policy, const crypto::PublicKey& key);

}  // namespace weft::claims
