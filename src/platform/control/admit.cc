#include "platform/control/admit.h"

#include <string>
#include <utility>
#include <vector>

#include "base/codec/component_interface.h"
#include "io/files/files.h"
#include "platform/claims/host_grant.h"
#include "platform/claims/sign.h"

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

Result<void> check_serves_http(BytesView code, const std::string& id) {
    const auto interface = codec::read_interface(code);
    if (!interface || interface->exports.empty()) return ok();
    for (const auto& offered : interface->exports)
        if (offered.name.starts_with("wasi:http/incoming-handler") ||
            offered.name.starts_with("wasi:http/handler"))
            return ok();
    return not_http(id);
}

Failure not_http(const std::string& id) {
    return fail(Errc::unsupported, "app.not_http",
                "component '{}' exports neither wasi:http/incoming-handler 0.2 nor "
                "wasi:http/handler 0.3, all that this version serves",
                id);
}

Result<Admitted> read_admitted(const host::ComponentSettings& settings,
                               const claims::TrustPolicy& trust, UnixSeconds now) {
    TRY(auto code, files::read_file(settings.path, component_bytes_max)
                       .context("component '{}'", settings.id));
    auto verdict = admit(code, settings, trust, now)
                       .context("component '{}' ({})", settings.id, settings.path);
    if (verdict) return Admitted{std::move(code), *std::move(verdict)};
    auto error = std::move(verdict).error();
    if (error.slug == Slug("claims.unsigned") && settings.path != files::stdin_path)
        error.message += "; sign it with: " + claims::sign_command(settings.path);
    return Failure(std::move(error));
}

}  // namespace weft::control
