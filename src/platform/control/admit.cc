#include "platform/control/admit.h"

#include <vector>

#include "io/files/files.h"
#include "platform/claims/host_grant.h"

namespace weft::control {
namespace {

/// What of a WASI context needs a claim and a grant: directories, variables, addresses. Arguments
/// and the console do not: they come from the person who starts the component, and reach nothing.
std::vector<claims::HostGrant> host_grants_in(const engine::WasiContext& wasi) {
    std::vector<claims::HostGrant> grants;
    if (!wasi.directories.empty()) grants.push_back({"a directory", "wasi:filesystem"});
    if (!wasi.environment.empty()) grants.push_back({"a variable", "wasi:cli/environment"});
    if (!wasi.network.reaches_nothing()) grants.push_back({"the network", "wasi:sockets"});
    return grants;
}

}  // namespace

Result<claims::Admission> admit(BytesView code, const host::ComponentSettings& settings,
                                const claims::TrustPolicy& trust, UnixSeconds now) {
    auto policy = trust;
    if (settings.may_be_unsigned) policy.unsigned_code = claims::UnsignedCode::allow;
    TRY(auto verdict, claims::admit(code, policy, now));
    CHECK(claims::check_host_grants(host_grants_in(settings.wasi), verdict));
    return verdict;
}

Result<Admitted> read_admitted(const host::ComponentSettings& settings,
                               const claims::TrustPolicy& trust, UnixSeconds now) {
    TRY(auto code, files::read_file(settings.path, component_bytes_max)
                       .context("component '{}'", settings.id));
    TRY(auto verdict, admit(code, settings, trust, now)
                          .context("component '{}' ({})", settings.id, settings.path));
    return Admitted{std::move(code), std::move(verdict)};
}

}  // namespace weft::control
