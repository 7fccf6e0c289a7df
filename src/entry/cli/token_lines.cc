#include "entry/cli/token_lines.h"

#include <chrono>

#include <fmt/format.h>

#include "base/obs/format_time.h"
#include "entry/cli/trust_options.h"

namespace weft::cli {
namespace {

using Lines = std::vector<std::string>;

void add(Lines& lines, std::string_view word, std::string_view value) {
    if (!value.empty()) lines.push_back(fmt::format("{:8} {}", word, value));
}

/// Times outside these years are said as the number that they are.
constexpr UnixSeconds year_10000 = 253'402'300'800;

std::string time_text(UnixSeconds time) {
    if (time < 0 || time >= year_10000) return fmt::format("{} seconds after 1970", time);
    return obs::format_utc_ms(std::chrono::system_clock::time_point(std::chrono::seconds(time)));
}

void add_revision(Lines& lines, std::optional<std::int64_t> rev, const std::string& version) {
    if (rev) add(lines, "rev", fmt::to_string(*rev));
    add(lines, "version", version);
}

void add_body(Lines& lines, const claims::ComponentClaims& body) {
    add(lines, "name", body.name);
    add_revision(lines, body.rev, body.version);
    add(lines, "alias", body.call_alias);
    add(lines, "tags", fmt::format("{}", fmt::join(body.tags, ", ")));
    if (!body.caps)
        add(lines, "caps", "not stated");
    else
        add(lines, "caps",
            body.caps->empty() ? "none" : fmt::format("{}", fmt::join(*body.caps, ", ")));
}

void add_body(Lines& lines, const claims::ProviderClaims& body) {
    add(lines, "name", body.name);
    add(lines, "vendor", body.vendor);
    add_revision(lines, body.rev, body.version);
}

void add_body(Lines& lines, const claims::SignerClaims& body) { add(lines, "name", body.name); }

void add_token(Lines& lines, const claims::Token& token, const std::string& issuer_name) {
    std::visit([&lines](const auto& body) { add_body(lines, body); }, token.body);
    add(lines, "subject", token.head.subject.text());
    add(lines, "issuer", label(token.head.issuer, issuer_name));
    add(lines, "issued", time_text(token.head.issued_at));
    if (token.head.not_before) add(lines, "from", time_text(*token.head.not_before));
    add(lines, "expires", token.head.expires_at ? time_text(*token.head.expires_at) : "never");
}

}  // namespace

std::string what_is_wrong(const claims::TokenReport& report) {
    if (!report.problem.empty()) return report.problem;
    if (!report.hash_valid) return "it was made for other content than this; sign what you have";
    if (report.expired) return "it is expired; sign again";
    return "it is not valid yet; wait, or set the machine's clock";
}

std::vector<std::string> token_lines(const claims::TokenReport& report) {
    Lines lines;
    if (report.token) add_token(lines, *report.token, report.issuer_name);
    if (!report.unclaimed.empty())
        add(lines, "lacks", fmt::format("{}", fmt::join(report.unclaimed, ", ")));
    if (report.is_valid())
        add(lines, "token", "valid: signature, content and time are right");
    else
        add(lines, "token", "not valid: " + what_is_wrong(report));
    return lines;
}

}  // namespace weft::cli
