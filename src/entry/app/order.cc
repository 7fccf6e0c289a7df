#include "entry/app/order.h"

#include <algorithm>

#include "entry/app/trust.h"
#include "platform/manifest/parse.h"

namespace weft::app {
namespace {

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

Result<manifest::Application> read_manifest(const cli::ManifestFile& file, bool strict,
                                            const obs::Log& log) {
    const auto& path = file.path;
    auto report = manifest::parse_manifest(
        file.text,
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

control::Application application_of(const cli::ServedFile& served) {
    capability::Link link;
    link.source = served.guest.id + "-http-server";
    link.target = served.guest.id;
    link.ns = "wasi";
    link.package = "http";
    link.interfaces = {"incoming-handler"};
    link.source_config = {{"address", served.address}};
    link.provider = "http-server";
    return {.name = "serve",
            .components = {served.guest},
            .providers = {{link.source, link.provider}},
            .links = {link}};
}

Result<Order> read_order(const cli::UpOptions& options, const obs::Log& log) {
    Order order;
    TRY(order.trust, load_trust(options.trust));
    if (order.trust.unsigned_code == claims::UnsignedCode::allow)
        log.warn("trust.unsigned_allowed", obs::kv("file", options.trust.file));
    for (const auto& file : options.manifests) {
        TRY(const auto manifest, read_manifest(file, options.strict, log));
        TRY(auto application,
            control::plan(manifest, directory_of(file.path)).context("'{}'", file.path));
        order.applications.push_back(std::move(application));
    }
    if (options.served) order.applications.push_back(application_of(*options.served));
    return order;
}

}  // namespace weft::app
