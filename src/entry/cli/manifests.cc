#include "entry/cli/manifests.h"

#include <algorithm>

#include <fmt/format.h>

#include "entry/cli/places.h"
#include "io/files/files.h"

namespace weft::cli {
namespace {

using codec::Json;
using manifest::Severity;

std::string_view severity_name(Severity severity) {
    switch (severity) {
        case Severity::error: return "error";
        case Severity::unsupported: return "unsupported";
        case Severity::warning: break;
    }
    return "warning";
}

std::string directory_of(const std::string& path) {
    const auto slash = path.find_last_of('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<control::ManifestText> read_manifest(const Environment& environment,
                                            const std::string& file) {
    TRY(const auto path, get_input_path(environment, "the manifest", file));
    TRY(const auto bytes, files::read_file(path, manifest_bytes_max));
    // What comes through a pipe lies in no folder of the user's.
    return control::ManifestText{std::string(as_text(bytes)), path.starts_with("/dev/")
                                                                  ? environment.current_dir
                                                                  : directory_of(path)};
}

/// The failure of the command, if any of the files cannot run; `said` whether all was said before.
std::optional<Failure> first_failure(const std::vector<ManifestFile>& files, bool said) {
    for (const auto severity : {Severity::error, Severity::unsupported})
        for (const auto& file : files) {
            const auto& findings = file.checked.findings;
            const auto found = std::ranges::find(findings, severity, &manifest::Finding::severity);
            if (found == findings.end()) continue;
            const auto sentence = fmt::format("{}:{}:{}: {} ({}){}", file.file, found->line,
                                              found->column, found->message, found->slug,
                                              said ? "; everything that was found is above" : "");
            if (severity == Severity::error)
                return fail(Errc::invalid_argument, "app.manifest_invalid", "{}", sentence);
            return fail(Errc::unsupported, "app.manifest_unsupported", "{}", sentence);
        }
    return std::nullopt;
}

}  // namespace

std::vector<ManifestFile> read_manifests(const Environment& environment,
                                         const std::vector<std::string>& files,
                                         manifest::Strictness strictness, Together together) {
    std::vector<ManifestFile> out;
    std::vector<control::ManifestText> texts;
    std::vector<std::size_t> positions;
    for (const auto& file : files) {
        auto& entry = out.emplace_back(ManifestFile{.file = file, .unreadable = {}, .checked = {}});
        auto text = read_manifest(environment, file);
        if (text) {
            texts.push_back(std::move(*text));
            positions.push_back(out.size() - 1);
        } else {
            entry.unreadable = std::move(text).error();
        }
    }
    const auto check = [&](const std::vector<control::ManifestText>& some, std::size_t first) {
        auto checked = control::check_manifests(some, environment.providers, strictness);
        for (std::size_t at = 0; at < checked.size(); ++at)
            out[positions[first + at]].checked = std::move(checked[at]);
    };
    if (together == Together::yes)
        check(texts, 0);
    else
        for (std::size_t at = 0; at < texts.size(); ++at) check({std::move(texts[at])}, at);
    return out;
}

std::string finding_text(const std::string& file, const manifest::Finding& finding) {
    return fmt::format("{}:{}:{}: {}: {} ({})", file, finding.line, finding.column,
                       severity_name(finding.severity), finding.message, finding.slug);
}

Json finding_json(const manifest::Finding& finding) {
    Json out = Json::Object();
    out.set("severity", severity_name(finding.severity)).set("slug", finding.slug);
    out.set("line", finding.line).set("column", finding.column).set("path", finding.path);
    out.set("message", finding.message);
    if (!finding.suggestion.empty()) out.set("suggestion", finding.suggestion);
    return out;
}

std::string plural(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

Result<std::vector<control::Application>> take_applications(const Console& console,
                                                            std::vector<ManifestFile> files) {
    const Error* unreadable = nullptr;
    std::size_t findings = 0;
    for (const auto& file : files) findings += file.checked.findings.size();
    auto failure = first_failure(files, findings > 1);
    for (const auto& file : files) {
        if (file.unreadable) {
            if (unreadable != nullptr) console.report(*unreadable);
            unreadable = &*file.unreadable;
        }
        if (failure && findings == 1) continue;  // The failure says it.
        for (const auto& finding : file.checked.findings) {
            Json line = finding_json(finding);
            Json json = Json::Object();
            console.tell(finding_text(file.file, finding),
                         json.set("finding", std::move(line.set("file", file.file))));
        }
    }
    if (unreadable != nullptr) {
        if (!failure) return Failure(*unreadable);
        console.report(*unreadable);
    }
    if (failure) return std::move(*failure);
    std::vector<control::Application> out;
    out.reserve(files.size());
    for (auto& file : files) out.push_back(std::move(*file.checked.application));
    return out;
}

}  // namespace weft::cli
