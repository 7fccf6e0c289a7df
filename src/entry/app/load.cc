#include "entry/app/load.h"

#include <algorithm>

#include "entry/app/host_grants.h"
#include "entry/app/serve.h"
#include "entry/app/trust.h"
#include "io/files/files.h"
#include "platform/manifest/parse.h"

namespace weft::app {
namespace {

constexpr std::size_t manifest_bytes_max = 1U << 20U;
constexpr std::size_t component_bytes_max = 100U << 20U;

/// The first error of a report as the error of the command: the others are said by `weft app
/// validate`.
Failure first_error(const std::string& path, const manifest::Report& report) {
    const auto& first = *std::ranges::find(report.findings, manifest::Severity::error,
                                           &manifest::Finding::severity);
    return fail(Errc::invalid_argument, "app.manifest_invalid",
                "{}:{}:{}: {} ({}); {} error{} in all, listed by: weft app validate {}", path,
                first.line, first.column, first.message, first.slug, report.errors(),
                report.errors() == 1 ? "" : "s", path);
}

Result<manifest::Application> read_manifest(const std::string& path, bool strict,
                                            const obs::Log& log) {
    TRY(const auto text, files::read_file(path, manifest_bytes_max));
    auto report = manifest::parse_manifest(
        as_text(text),
        {.strictness = strict ? manifest::Strictness::strict : manifest::Strictness::lenient});
    for (const auto& finding : report.findings)
        if (finding.severity == manifest::Severity::warning)
            log.warn("manifest.key_ignored", obs::kv("file", path), obs::kv("line", finding.line),
                     obs::kv("column", finding.column), obs::kv("finding", finding.message),
                     obs::kv("suggestion", finding.suggestion));
    if (!report.application) return first_error(path, report);
    return std::move(*report.application);
}

std::string directory_of(const std::string& path) {
    const auto slash = path.find_last_of('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<AdmittedComponent> admit(PlannedComponent plan, const claims::TrustPolicy& policy,
                                UnixSeconds now, const obs::Log& log) {
    TRY(auto code,
        files::read_file(plan.path, component_bytes_max).context("component '{}'", plan.id));
    auto applied = policy;
    if (plan.may_be_unsigned) applied.unsigned_code = claims::UnsignedCode::allow;
    TRY(auto admission,
        claims::admit(code, applied, now).context("component '{}' ({})", plan.id, plan.path));
    CHECK(claims::check_host_grants(host_grants_in(plan.wasi), admission)
              .context("component '{}' ({})", plan.id, plan.path));
    if (admission.is_signed())
        log.info("component.code_admitted", obs::kv("component", plan.id),
                 obs::kv("issuer", admission.issuer_name), obs::kv("digest", admission.digest));
    else
        log.warn("component.unsigned_admitted", obs::kv("component", plan.id),
                 obs::kv("digest", admission.digest));
    return AdmittedComponent{std::move(plan), std::move(code), std::move(admission)};
}

Result<Load> load(const cli::UpOptions& options, UnixSeconds now, const obs::Log& log) {
    TRY(const auto policy, load_trust(options));
    if (policy.unsigned_code == claims::UnsignedCode::allow)
        log.warn("trust.unsigned_allowed", obs::kv("file", options.trust_file));
    Plan plan;
    for (const auto& path : options.manifests) {
        TRY(const auto application, read_manifest(path, options.strict, log));
        CHECK(add_to_plan(plan, application, directory_of(path)).context("'{}'", path));
    }
    if (options.served) CHECK(add_to_plan(plan, *options.served));
    Load load;
    for (auto& component : plan.components) {
        TRY(auto admitted, admit(std::move(component), policy, now, log));
        load.components.push_back(std::move(admitted));
    }
    load.http_servers = std::move(plan.http_servers);
    return load;
}

}  // namespace weft::app
