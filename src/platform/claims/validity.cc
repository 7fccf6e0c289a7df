#include "platform/claims/validity.h"

namespace weft::claims {

bool is_expired(const TokenHead& head, UnixSeconds now) {
    return head.expires_at && *head.expires_at < now - clock_skew_s;
}

bool is_too_early(const TokenHead& head, UnixSeconds now) {
    return head.not_before && *head.not_before > now + clock_skew_s;
}

Result<void> check_validity(const TokenHead& head, UnixSeconds now) {
    if (is_expired(head, now))
        return fail(Errc::unauthenticated, "claims.expired",
                    "the token expired {} seconds ago; sign again with a later expiry",
                    now - *head.expires_at);
    if (is_too_early(head, now))
        return fail(Errc::unauthenticated, "claims.not_yet_valid",
                    "the token is not valid for another {} seconds; wait, set the clock of this "
                    "machine, or sign again",
                    *head.not_before - now);
    return ok();
}

}  // namespace weft::claims
