#include "entry/cli/sign.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/codec/component_interface.h"
#include "entry/cli/number.h"
#include "entry/cli/places.h"
#include "entry/cli/sign_keys.h"
#include "entry/cli/wasm_file.h"
#include "io/files/files.h"
#include "platform/claims/capability.h"
#include "platform/claims/needs.h"
#include "platform/claims/sign.h"

namespace weft::cli {
namespace {

using codec::Json;

constexpr std::int64_t seconds_per_day = 86'400;
constexpr unsigned wasm_file_mode = 0644;

std::string default_out(const std::string& path) {
    constexpr std::string_view extension = ".wasm";
    const auto stem =
        path.ends_with(extension) ? path.substr(0, path.size() - extension.size()) : path;
    return fmt::format("{}_s{}", stem, extension);
}

Result<std::string> get_out(const Environment& environment, const SignArguments& arguments) {
    if (arguments.out) return get_path(environment, "--out", *arguments.out);
    TRY(const auto path, get_path(environment, "the WebAssembly file", arguments.file));
    return default_out(path);
}

Result<claims::ComponentClaims> get_claims(const SignArguments& arguments) {
    claims::ComponentClaims out;
    out.name = arguments.name;
    out.tags = arguments.tags;
    out.version = arguments.version;
    out.call_alias = arguments.call_alias;
    for (const auto& capability : arguments.caps)
        CHECK(claims::check_capability_name(capability).context("--caps"));
    out.caps = arguments.caps;
    if (arguments.revision) {
        TRY(out.rev, parse_number("--rev", *arguments.revision, {0, INT32_MAX}));
    }
    return out;
}

/// What the host would refuse the component for. Returns the interfaces that are not claimed.
std::vector<std::string> warn_of_unclaimed(const Console& console,
                                           const codec::ComponentInterface& interface,
                                           const std::vector<std::string>& caps) {
    const auto needs = claims::find_needs(interface);
    if (!needs) {
        console.warn(needs.error().slug, needs.error().message);
        return {};
    }
    auto unclaimed = claims::find_uncovered(*needs, claims::Capabilities(caps));
    if (!unclaimed.empty())
        console.warn("sign.claims_incomplete",
                     fmt::format("hosts will refuse this component, for it uses {} and --caps "
                                 "does not name that",
                                 fmt::join(unclaimed, ", ")));
    return unclaimed;
}

Json to_json(const std::vector<std::string>& list) {
    Json out = Json::Array();
    for (const auto& text : list) out.push(text);
    return out;
}

}  // namespace

Result<void> claims_sign(const Console& console, const SignArguments& arguments) {
    const auto& environment = console.environment();
    TRY(const auto wasm, read_wasm(environment, arguments.file));
    TRY(const auto interface, codec::read_interface(wasm).context("'{}'", arguments.file));
    TRY(auto component, get_claims(arguments));
    TRY(const auto out, get_out(environment, arguments));
    const auto now = environment.clock->now_unix_s();
    std::optional<UnixSeconds> expires_at;
    if (arguments.expires_days) {
        TRY(const auto days,
            parse_number("--expires", *arguments.expires_days, {1, expires_days_max}));
        expires_at = now + days * seconds_per_day;
    }
    TRY(const auto issuer, find_issuer_seed(environment, arguments.key));
    TRY(const auto subject, ensure_subject(environment, arguments.subject, arguments.name));
    TRY(const auto is_signed, claims::sign_component(wasm,
                                                     {.issuer = issuer,
                                                      .subject = subject,
                                                      .claims = std::move(component),
                                                      .now = now,
                                                      .expires_at = expires_at,
                                                      .not_before = std::nullopt},
                                                     *environment.random)
                                  .context("'{}'", arguments.file));
    CHECK(files::write_file(out, is_signed, wasm_file_mode, files::Overwrite::yes));
    const auto unclaimed = warn_of_unclaimed(console, interface, arguments.caps);
    Json value = Json::Object();
    value.set("file", out).set("name", arguments.name).set("subject", subject.text());
    value.set("issuer", issuer.public_key().text()).set("caps", to_json(arguments.caps));
    console.show({fmt::format("signed   {}", out), fmt::format("name     {}", arguments.name),
                  fmt::format("subject  {}", subject.text()),
                  fmt::format("issuer   {}", issuer.public_key().text()),
                  fmt::format("caps     {}", fmt::join(arguments.caps, ", "))},
                 value.set("unclaimed", to_json(unclaimed)));
    return ok();
}

}  // namespace weft::cli
