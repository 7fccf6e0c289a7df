#include "entry/cli/validate.h"

#include <string>
#include <vector>

#include "entry/cli/manifests.h"

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
    syntax.flag("--strict", arguments.strict,
                "Take warnings, and what this version cannot run, as errors");
}

std::string verdict(const ManifestFile& file) {
    const auto counted = [&](Severity severity, std::string_view noun) {
        return plural(file.checked.count(severity), noun);
    };
    if (!file.is_valid()) return "not valid: " + counted(Severity::error, "error");
    if (!file.can_run())
        return "valid, but cannot run here: " + counted(Severity::unsupported, "finding");
    const bool has_warnings = file.checked.count(Severity::warning) > 0;
    return "valid, can run here" +
           (has_warnings ? ", with " + counted(Severity::warning, "warning") : "");
}

void add_lines(std::vector<std::string>& lines, const ManifestFile& file) {
    if (file.unreadable) return;
    for (const auto& finding : file.checked.findings)
        lines.push_back(finding_text(file.file, finding));
    lines.push_back(file.file + ": " + verdict(file));
}

Json to_json(const ManifestFile& file) {
    Json findings = Json::Array();
    for (const auto& finding : file.checked.findings) findings.push(finding_json(finding));
    Json out = Json::Object();
    out.set("file", file.file).set("valid", file.is_valid()).set("can_run", file.can_run());
    out.set("errors", file.checked.count(Severity::error));
    out.set("unsupported", file.checked.count(Severity::unsupported));
    out.set("warnings", file.checked.count(Severity::warning));
    if (file.unreadable) out.set("unreadable", file.unreadable->message);
    return out.set("findings", std::move(findings));
}

/// What the command ends with because of what was found.
Result<void> judge(const std::vector<ManifestFile>& files, bool strict) {
    std::size_t errors = 0;
    std::size_t wrong = 0;
    std::size_t stopped = 0;
    for (const auto& file : files) {
        errors += file.checked.count(Severity::error);
        wrong += file.unreadable || file.is_valid() ? 0U : 1U;
        stopped += file.unreadable || file.can_run() ? 0U : 1U;
    }
    const auto all = plural(files.size(), "manifest");
    if (wrong > 0)
        return fail(Errc::invalid_argument, "validate.errors_found", "{} in {} of {}",
                    plural(errors, "error"), wrong, all);
    if (strict && stopped > 0)
        return fail(Errc::unsupported, "validate.cannot_run",
                    "{} of {} cannot run here; take out what the findings name", stopped, all);
    return ok();
}

/// Files that cannot be read are said at once; the last of them is the error of the command if the
/// others are right.
Result<void> conclude(const Console& console, const std::vector<ManifestFile>& files, bool strict) {
    const Error* unreadable = nullptr;
    for (const auto& file : files) {
        if (!file.unreadable) continue;
        if (unreadable != nullptr) console.report(*unreadable);
        unreadable = &*file.unreadable;
    }
    auto judged = judge(files, strict);
    if (unreadable == nullptr) return judged;
    if (judged) return Failure(*unreadable);
    console.report(*unreadable);
    return judged;
}

Result<void> run_validate(const Console& console, const ValidateArguments& arguments) {
    const auto strictness =
        arguments.strict ? manifest::Strictness::strict : manifest::Strictness::lenient;
    const auto files =
        read_manifests(console.environment(), arguments.files, strictness, Together::no);
    std::vector<std::string> lines;
    Json list = Json::Array();
    for (const auto& file : files) {
        add_lines(lines, file);
        list.push(to_json(file));
    }
    Json out = Json::Object();
    console.show(lines, out.set("files", std::move(list)));
    return conclude(console, files, arguments.strict);
}

}  // namespace

constexpr Command app_validate_command{
    .path = "app validate",
    .summary = "List everything that is wrong in manifests, and what cannot run here",
    .examples = "  weft app validate app.yaml\n  weft app validate --strict -o json *.yaml",
    .prepare = prepare<ValidateArguments, define_validate, run_validate>};

}  // namespace weft::cli
