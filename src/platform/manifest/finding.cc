#include "platform/manifest/finding.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/obs/escape.h"

namespace weft::manifest {
namespace {

constexpr std::size_t quoted_bytes_max = 80;
constexpr std::size_t message_bytes_max = 1000;

}  // namespace

std::size_t count(const std::vector<Finding>& findings, Severity severity) {
    return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
}

std::string quoted(std::string_view text) {
    std::string out = "'";
    obs::append_escaped(out, text, obs::EscapeFor::terminal, quoted_bytes_max);
    out += '\'';
    return out;
}

void Findings::error(Slug slug, const Place& place, std::string message,
                     std::string_view suggestion) {
    add({Severity::error, std::string(slug.text()), place.path, place.mark.line, place.mark.column,
         std::move(message), std::string(suggestion)});
}

void Findings::unsupported(Slug slug, const Place& place, std::string message,
                           std::string_view suggestion) {
    add({Severity::unsupported, std::string(slug.text()), place.path, place.mark.line,
         place.mark.column, std::move(message), std::string(suggestion)});
}

void Findings::warn(Slug slug, const Place& place, std::string message,
                    std::string_view suggestion) {
    const auto severity = strictness_ == Strictness::strict ? Severity::error : Severity::warning;
    add({severity, std::string(slug.text()), place.path, place.mark.line, place.mark.column,
         std::move(message), std::string(suggestion)});
}

void Findings::error(const Error& error, const Place& place) {
    std::string message;
    obs::append_escaped(message, error.message, obs::EscapeFor::sentence, message_bytes_max);
    if (error.code == Errc::unsupported)
        unsupported(error.slug, place, std::move(message));
    else
        this->error(error.slug, place, std::move(message));
}

void Findings::add(Finding finding) {
    if (!is_full() && std::ranges::find(findings_, finding) != findings_.end()) return;
    if (finding.severity == Severity::error) ++errors_;
    worst_ = std::min(worst_, finding.severity);
    if (is_full())
        ++omitted_;
    else
        findings_.push_back(std::move(finding));
}

std::vector<Finding> Findings::take() && {
    std::ranges::sort(findings_, {}, [](const Finding& finding) {
        return std::tie(finding.line, finding.column, finding.severity, finding.path, finding.slug,
                        finding.message);
    });
    if (omitted_ > 0) {
        const auto message = fmt::format("{} further findings are left out", omitted_);
        findings_.push_back({worst_, "manifest.findings_omitted", "", findings_.back().line,
                             findings_.back().column, message, ""});
    }
    return std::move(findings_);
}

}  // namespace weft::manifest
