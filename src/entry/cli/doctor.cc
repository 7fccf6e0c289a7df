#include "entry/cli/doctor.h"

#include <algorithm>

#include <fmt/format.h>

#include "entry/cli/places.h"

namespace weft::cli {
namespace {

using codec::Json;

std::string_view name_of(Finding::State state) {
    switch (state) {
        case Finding::State::ok: return "ok";
        case Finding::State::warn: return "warn";
        case Finding::State::fail: return "fail";
    }
    return "";
}

Result<DoctorOptions> read(const DoctorArguments& arguments, const Environment& environment) {
    DoctorOptions out;
    if (arguments.data_dir) {
        TRY(out.data_dir, get_path(environment, "--data-dir", *arguments.data_dir));
    } else {
        TRY(out.data_dir, default_data_dir(environment));
    }
    if (arguments.code_cache) {
        TRY(out.code_cache_dir, get_path(environment, "--code-cache", *arguments.code_cache));
    } else {
        out.code_cache_dir = default_code_cache_dir(environment, out.data_dir);
    }
    return out;
}

void add_lines(std::vector<std::string>& lines, const Finding& finding) {
    lines.push_back(
        fmt::format("{:<4}  {:<12}  {}", name_of(finding.state), finding.name, finding.message));
    if (!finding.remedy.empty()) lines.push_back(fmt::format("{:<20}{}", "", finding.remedy));
}

Json to_json(const Finding& finding) {
    Json out = Json::Object();
    out.set("name", finding.name).set("state", name_of(finding.state));
    out.set("message", finding.message);
    if (!finding.remedy.empty()) out.set("remedy", finding.remedy);
    if (!finding.values.is_null()) out.set("values", finding.values);
    return out;
}

}  // namespace

Result<void> doctor(const Console& console, const DoctorArguments& arguments, const Doctor& look) {
    TRY(const auto options, read(arguments, console.environment()));
    TRY(const auto findings, look(options));
    std::vector<std::string> lines;
    Json checks = Json::Array();
    for (const auto& finding : findings) {
        add_lines(lines, finding);
        checks.push(to_json(finding));
    }
    const auto count = [&](Finding::State state) {
        return std::ranges::count(findings, state, &Finding::state);
    };
    const auto failures = count(Finding::State::fail);
    Json out = Json::Object();
    out.set("fit", failures == 0).set("warnings", count(Finding::State::warn));
    console.show(lines, out.set("checks", std::move(checks)));
    if (failures == 0) return ok();
    return fail(Errc::failed_precondition, "doctor.unfit",
                "{} of {} things that a host needs are not there; see the lines marked 'fail'",
                failures, findings.size());
}

}  // namespace weft::cli
