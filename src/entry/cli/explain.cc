#include "entry/cli/explain.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "entry/cli/manifests.h"
#include "entry/cli/wasm_file.h"
#include "platform/claims/verify.h"
#include "platform/host/host_imports.h"

namespace weft::cli {
namespace {

using codec::Json;

/// What becomes of the calls of one import.
struct Verdict {
    std::string interface;
    bool is_claimed;
    bool is_granted;
    std::vector<const capability::Link*> links;
    bool is_own;      ///< The host answers it itself.
    bool is_refused;  ///< By this version, whatever the manifest says.

    bool is_allowed() const {
        return is_claimed && is_granted && !is_refused && (is_own || !links.empty());
    }
    std::string text() const {
        if (!is_claimed) return "refused: its token does not claim it";
        if (!is_granted) return "refused: its issuer is not granted it";
        if (is_refused) return "refused: this version sends no requests";
        if (is_own) return "ok: the host answers it";
        if (links.empty()) return "refused: no link leads on";
        std::string all = "ok:";
        for (const auto* link : links)
            all += fmt::format("{} {} by link '{}'", link == links.front() ? "" : ",", link->target,
                               link->name);
        return all;
    }
};

Json to_json(const Verdict& verdict) {
    Json links = Json::Array();
    for (const auto* link : verdict.links) {
        Json one = Json::Object();
        links.push(one.set("name", link->name).set("target", link->target));
    }
    Json out = Json::Object();
    out.set("interface", verdict.interface).set("claim", verdict.is_claimed);
    out.set("grant", verdict.is_granted).set("links", std::move(links));
    return out.set("allowed", verdict.is_allowed()).set("verdict", verdict.text());
}

std::vector<Verdict> verdicts_of(const host::ComponentSettings& settings,
                                 const std::vector<claims::ExplainedNeed>& needs,
                                 const std::vector<capability::Link>& links) {
    std::vector<Verdict> out;
    for (const auto& [need, is_claimed, is_granted] : needs) {
        if (need.direction != claims::Need::Direction::import) continue;
        auto name = codec::format_interface_name(need.interface);
        // The engine has the package whole: its types, and what refuses to send anything.
        const bool is_http = need.interface.package_id() == "wasi:http";
        const bool is_types = need.interface.interface == "types";
        Verdict verdict{name,
                        is_claimed,
                        is_granted,
                        {},
                        host::is_host_interface(name) || (is_http && is_types),
                        is_http && !is_types};
        for (const auto& link : links)
            if (link.source == settings.id && link.covers(name)) verdict.links.push_back(&link);
        out.push_back(std::move(verdict));
    }
    return out;
}

}  // namespace

Result<void> explain(const Console& console, const std::string& manifest,
                     const TrustArguments& trust) {
    const auto& environment = console.environment();
    TRY(const auto options, read_trust(environment, trust));
    TRY(const auto policy, load_trust(options));
    TRY(const auto applications,
        take_applications(console, read_manifests(environment, {manifest},
                                                  manifest::Strictness::lenient, Together::yes)));
    std::vector<std::string> lines;
    Json components = Json::Array();
    std::size_t refused = 0;
    for (const auto& application : applications)
        for (const auto& settings : application.components) {
            TRY(const auto wasm, read_wasm(environment, settings.path));
            TRY(const auto needs,
                claims::explain_needs(wasm, policy, environment.clock->now_unix_s())
                    .context("component '{}'", settings.id));
            lines.push_back(settings.id);
            Json imports = Json::Array();
            const auto verdicts = verdicts_of(settings, needs, application.links);
            for (const auto& verdict : verdicts) {
                lines.push_back(fmt::format("  {:<40} claim {:<4} grant {:<4} link {:<4} {}",
                                            verdict.interface, verdict.is_claimed ? "yes" : "no",
                                            verdict.is_granted ? "yes" : "no",
                                            verdict.is_own          ? "-"
                                            : verdict.links.empty() ? "no"
                                                                    : "yes",
                                            verdict.text()));
                refused += verdict.is_allowed() ? 0 : 1;
                imports.push(to_json(verdict));
            }
            if (verdicts.empty()) lines.emplace_back("  imports nothing that needs a link");
            Json one = Json::Object();
            components.push(one.set("component", settings.id).set("imports", std::move(imports)));
        }
    Json out = Json::Object();
    console.show(lines, out.set("components", std::move(components)));
    if (refused > 0)
        return fail(Errc::denied, "inspect.import_refused",
                    "calls of {} would be refused; the report says what is missing",
                    plural(refused, "import"));
    return ok();
}

}  // namespace weft::cli
