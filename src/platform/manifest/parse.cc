#include "platform/manifest/parse.h"

#include <algorithm>

#include <fmt/format.h>

#include "platform/manifest/node_reader.h"
#include "platform/manifest/read.h"
#include "platform/manifest/validate.h"

namespace weft::manifest {
namespace {

constexpr codec::YamlLimits yaml_limits{
    .bytes_max = 1024 * 1024, .depth_max = 32, .nodes_max = 200'000, .documents_max = 100};

/// The YAML reader begins its messages with the place, which a finding carries apart.
Error without_place(Error error, codec::Mark mark) {
    const auto prefix = fmt::format("line {}, column {}: ", mark.line, mark.column);
    if (error.message.starts_with(prefix)) error.message.erase(0, prefix.size());
    return error;
}

}  // namespace

std::size_t Report::errors() const {
    return static_cast<std::size_t>(
        std::ranges::count(findings, Severity::error, &Finding::severity));
}

std::size_t Report::warnings() const { return findings.size() - errors(); }

Report parse_manifest(std::string_view text, ParseOptions options) {
    Findings findings(options.strictness);
    Report report;
    codec::Mark error_at;
    const auto document = codec::parse_yaml(text, yaml_limits, &error_at);
    if (!document) {
        findings.error(without_place(document.error(), error_at), {error_at, ""});
    } else {
        report.application = read_application(NodeReader(&findings), {&*document, ""});
        if (document->is_mapping()) validate(*report.application, findings);
    }
    if (findings.errors() > 0) report.application.reset();
    report.findings = std::move(findings).take();
    return report;
}

}  // namespace weft::manifest
