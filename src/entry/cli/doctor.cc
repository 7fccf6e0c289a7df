#include "entry/cli/doctor.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "io/net/address.h"

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

struct DoctorArguments {
    PlaceArguments places;
    TrustArguments trust;
    std::optional<std::string> address;
};

void define_doctor(Syntax& syntax, DoctorArguments& arguments) {
    define_data_dir(syntax, arguments.places);
    define_code_cache_dir(syntax, arguments.places);
    define_trust_file(syntax, arguments.trust);
    syntax.option({"--addr", "HOST:PORT"}, arguments.address,
                  "Where a host would listen [127.0.0.1:8000]");
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

Result<DoctorOptions> read_options(const Environment& environment,
                                   const DoctorArguments& arguments) {
    DoctorOptions out;
    TRY(out.places, read_places(environment, arguments.places));
    TRY(out.trust, read_trust(environment, arguments.trust));
    TRY(const auto address,
        net::parse_address(arguments.address.value_or("127.0.0.1:8000")).context("--addr"));
    out.address = address.text();
    out.address_named = arguments.address.has_value();
    return out;
}

Result<void> run_doctor(const Console& console, const DoctorArguments& arguments) {
    TRY(const auto options, read_options(console.environment(), arguments));
    TRY(const auto findings, console.environment().handlers.doctor(options));
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
                "{} of {} things that a host needs are missing; see the lines marked 'fail'",
                failures, findings.size());
}

}  // namespace

constexpr Command doctor_command{.path = "doctor",
                                 .summary = "Check whether this machine can run a host",
                                 .examples = "  weft doctor\n  weft doctor -o json",
                                 .prepare = prepare<DoctorArguments, define_doctor, run_doctor>};

}  // namespace weft::cli
