#include "entry/cli/validate.h"

#include <optional>
#include <string>
#include <vector>

#include "entry/cli/places.h"
#include "io/files/files.h"
#include "platform/manifest/parse.h"

namespace weft::cli {
namespace {

using codec::Json;
using manifest::Severity;

struct ValidateArguments {
    std::vector<std::string> files;
    bool strict = false;
};

void define_validate(Syntax& syntax, ValidateArguments& arguments) {
    syntax.words("FILE", Need::required, arguments.files, "Manifests; '-' is the standard input");
    syntax.flag("--strict", arguments.strict, "Take warnings as errors");
}

/// The verdict on one file.
struct FileReport {
    std::string file;  ///< As it was typed.
    std::optional<Error> unreadable;
    manifest::Report report;

    bool is_valid() const { return !unreadable && report.errors() == 0; }
};

FileReport check(const Console& console, const std::string& file, manifest::Strictness strictness) {
    FileReport out{.file = file, .unreadable = {}, .report = {}};
    const auto text = read_manifest(console.environment(), file);
    if (text)
        out.report = manifest::parse_manifest(*text, {.strictness = strictness});
    else
        out.unreadable = text.error();
    return out;
}

std::string_view severity_name(Severity severity) {
    return severity == Severity::error ? "error" : "warning";
}

std::string plural(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void add_lines(std::vector<std::string>& lines, const FileReport& file) {
    for (const auto& finding : file.report.findings)
        lines.push_back(fmt::format("{}:{}:{}: {}: {} ({})", file.file, finding.line,
                                    finding.column, severity_name(finding.severity),
                                    finding.message, finding.slug));
    const auto warnings = file.report.warnings();
    if (file.is_valid())
        lines.push_back(file.file + ": valid" +
                        (warnings == 0 ? "" : ", with " + plural(warnings, "warning")));
}

Json to_json(const FileReport& file) {
    Json findings = Json::Array();
    for (const auto& finding : file.report.findings) {
        Json item = Json::Object();
        item.set("severity", severity_name(finding.severity)).set("slug", finding.slug);
        item.set("line", finding.line).set("column", finding.column).set("path", finding.path);
        item.set("message", finding.message);
        if (!finding.suggestion.empty()) item.set("suggestion", finding.suggestion);
        findings.push(std::move(item));
    }
    Json out = Json::Object();
    out.set("file", file.file).set("valid", file.is_valid());
    out.set("errors", file.report.errors()).set("warnings", file.report.warnings());
    if (file.unreadable) out.set("unreadable", file.unreadable->message);
    return out.set("findings", std::move(findings));
}

/// Files that cannot be read are said at once; the last of them is the error of the command.
Result<void> conclude(const Console& console, const std::vector<FileReport>& files) {
    std::size_t errors = 0;
    std::size_t wrong = 0;
    const FileReport* unreadable = nullptr;
    for (const auto& file : files) {
        if (file.unreadable) {
            if (unreadable != nullptr) console.report(*unreadable->unreadable);
            unreadable = &file;
        } else if (!file.is_valid()) {
            ++wrong;
            errors += file.report.errors();
        }
    }
    if (wrong == 0) return unreadable == nullptr ? ok() : Failure(*unreadable->unreadable);
    if (unreadable != nullptr) console.report(*unreadable->unreadable);
    return fail(Errc::invalid_argument, "validate.errors_found", "{} in {} of {}",
                plural(errors, "error"), wrong, plural(files.size(), "manifest"));
}

Result<void> run_validate(const Console& console, const ValidateArguments& arguments) {
    const auto strictness =
        arguments.strict ? manifest::Strictness::strict : manifest::Strictness::lenient;
    std::vector<FileReport> files;
    files.reserve(arguments.files.size());
    for (const auto& file : arguments.files) files.push_back(check(console, file, strictness));
    std::vector<std::string> lines;
    Json list = Json::Array();
    for (const auto& file : files) {
        add_lines(lines, file);
        list.push(to_json(file));
    }
    Json out = Json::Object();
    console.show(lines, out.set("files", std::move(list)));
    return conclude(console, files);
}

}  // namespace

Result<std::string> read_manifest(const Environment& environment, const std::string& file) {
    TRY(const auto path, get_input_path(environment, "the manifest", file));
    TRY(const auto content, files::read_file(path, manifest_bytes_max));
    return std::string(as_text(content));
}

constexpr Command app_validate_command{
    .path = "app validate",
    .summary = "List everything that is wrong in manifests",
    .examples = "  weft app validate app.yaml\n  weft app validate --strict -o json *.yaml",
    .prepare = prepare<ValidateArguments, define_validate, run_validate>};

}  // namespace weft::cli
