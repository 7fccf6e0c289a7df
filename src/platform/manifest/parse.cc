#include "platform/manifest/parse.h"

#include <fmt/format.h>

#include "platform/manifest/node_reader.h"
#include "platform/manifest/read.h"
#include "platform/manifest/settings.h"
#include "platform/manifest/validate.h"

namespace weft::manifest {
namespace {

constexpr codec::YamlLimits yaml_limits{
    .bytes_max = 1024 * 1024, .depth_max = 32, .nodes_max = 200'000, .documents_max = 100};

/// The YAML reader begins its messages with the place, which a finding carries apart. What it does
/// not read (an anchor) is wrong here, for nothing behind it was looked at.
Error without_place(Error error, codec::Mark mark) {
    error.code = Errc::invalid_argument;
    const auto prefix = fmt::format("line {}, column {}: ", mark.line, mark.column);
    if (error.message.starts_with(prefix)) error.message.erase(0, prefix.size());
    return error;
}

}  // namespace

Application read_manifest(std::string_view text, Findings& findings) {
    codec::Mark error_at;
    const auto document = codec::parse_yaml(text, yaml_limits, &error_at);
    if (!document) {
        findings.error(without_place(document.error(), error_at), {error_at, ""});
        return {};
    }
    auto application = read_application(NodeReader(&findings), {&*document, ""});
    if (!document->is_mapping()) return application;
    validate(application, findings);
    resolve_configs(application, findings);
    validate_settings(application, findings);
    return application;
}

Report parse_manifest(std::string_view text, ParseOptions options) {
    Findings findings(options.strictness);
    Report report;
    report.application = read_manifest(text, findings);
    if (findings.errors() > 0) report.application.reset();
    report.findings = std::move(findings).take();
    return report;
}

}  // namespace weft::manifest
