#pragma once

#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "platform/claims/verify.h"

namespace weft::claims {

/// Something of the machine that a host gives a component through an interface of the baseline,
/// which reaches nothing otherwise.
struct HostGrant {
    std::string_view what;        ///< "a directory"
    std::string_view capability;  ///< "wasi:filesystem": the package, or one interface of it.
};

/// The one who starts a component may give it only what its token claims and its issuer may grant.
/// Unsigned code, once admitted, may be given everything. Errors: denied
/// (`claims.host_grant_unclaimed`, `claims.host_grant_ungranted`), with the names that are missing.
Result<void> check_host_grants(const std::vector<HostGrant>& grants, const Admission& admission);

}  // namespace weft::claims
