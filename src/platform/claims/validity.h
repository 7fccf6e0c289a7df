#pragma once

#include "base/core/result.h"
#include "base/core/time.h"
#include "platform/claims/token.h"

namespace weft::claims {

/// How far the clocks of signer and host may differ.
constexpr UnixSeconds clock_skew_s = 60;

bool is_expired(const TokenHead& head, UnixSeconds now);
bool is_too_early(const TokenHead& head, UnixSeconds now);

/// Errors: unauthenticated (`claims.expired`, `claims.not_yet_valid`).
Result<void> check_validity(const TokenHead& head, UnixSeconds now);

}  // namespace weft::claims
