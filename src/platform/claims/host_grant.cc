#include "platform/claims/host_grant.h"

#include <string>

#include "base/core/assert.h"

namespace weft::claims {
namespace {

/// What a set does not cover, in words and as names.
struct Missing {
    std::string what;        // "a directory and a variable"
    std::string names;       // "'wasi:filesystem' and 'wasi:cli/environment'"
    std::string with_comma;  // "wasi:filesystem,wasi:cli/environment"
    std::string with_grant;  // "--grant wasi:filesystem --grant wasi:cli/environment"
};

void append(std::string& text, std::string_view separator, std::string_view part) {
    if (!text.empty()) text.append(separator);
    text.append(part);
}

Missing find_missing(const std::vector<HostGrant>& grants, const Capabilities& set) {
    Missing missing;
    for (const auto& one : grants) {
        const auto name = codec::parse_interface_name(one.capability);
        WEFT_ASSERT(name.has_value(), "what a host gives has a name");
        if (set.covers(*name)) continue;
        append(missing.what, " and ", one.what);
        append(missing.names, " and ", fmt::format("'{}'", one.capability));
        append(missing.with_comma, ",", one.capability);
        append(missing.with_grant, " ", fmt::format("--grant {}", one.capability));
    }
    return missing;
}

/// What is claimed, and more.
std::string with_comma(const std::optional<std::vector<std::string>>& claimed,
                       const std::string& more) {
    std::string out;
    for (const auto& name : claimed.value_or(std::vector<std::string>())) append(out, ",", name);
    append(out, ",", more);
    return out;
}

}  // namespace

Result<void> check_host_grants(const std::vector<HostGrant>& grants, const Admission& admission) {
    const auto unclaimed = find_missing(grants, admission.capabilities.claimed);
    if (!unclaimed.names.empty())
        return fail(Errc::denied, "claims.host_grant_unclaimed",
                    "it is given {}, and its token does not claim {}; sign it again with '--caps "
                    "{}'",
                    unclaimed.what, unclaimed.names,
                    with_comma(admission.claims.caps, unclaimed.with_comma));
    const auto ungranted = find_missing(grants, admission.capabilities.granted);
    if (!ungranted.names.empty())
        return fail(Errc::denied, "claims.host_grant_ungranted",
                    "it is given {}, but its issuer {}may not grant {} on this host; allow it with "
                    "'{} {}'",
                    ungranted.what,
                    admission.issuer_name.empty() ? "" : "'" + admission.issuer_name + "' ",
                    ungranted.names, admission.trust_command, ungranted.with_grant);
    return ok();
}

}  // namespace weft::claims
