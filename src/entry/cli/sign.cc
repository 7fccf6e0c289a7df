#include "entry/cli/sign.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/codec/component_interface.h"
#include "base/codec/interface_name.h"
#include "entry/cli/number.h"
#include "entry/cli/places.h"
#include "entry/cli/sign_keys.h"
#include "entry/cli/trust_options.h"
#include "entry/cli/wasm_file.h"
#include "io/files/files.h"
#include "platform/claims/account.h"
#include "platform/claims/capability.h"
#include "platform/claims/needs.h"
#include "platform/claims/sign.h"

namespace weft::cli {
namespace {

using codec::Json;

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t expires_days_max = 36'500;
constexpr unsigned wasm_file_mode = 0644;

struct SignArguments {
    std::string file;
    std::string name;
    std::vector<std::string> caps;
    std::vector<std::string> tags;
    std::string call_alias;
    std::string version;
    std::optional<std::string> key;      ///< Of the issuer: a public key or a seed file.
    std::optional<std::string> subject;  ///< The component's public key.
    std::optional<std::string> revision;
    std::optional<std::string> expires_days;
    std::optional<std::string> out;
};

void define_sign(Syntax& syntax, SignArguments& arguments) {
    syntax.word("FILE", Need::required, arguments.file, "The component");
    syntax.option({"-n,--name", "NAME"}, arguments.name, "What people call it", Need::required);
    syntax.list({"-c,--caps", "CAP"}, arguments.caps,
                "Capabilities that it asks for; 'auto': what it needs");
    syntax.option({"-k,--key", "KEY"}, arguments.key,
                  "Account that signs: a public key or a seed file [the only one kept]");
    syntax.option({"--subject", "KEY"}, arguments.subject, "The component's key [one per name]");
    syntax.option({"-r,--rev", "N"}, arguments.revision,
                  "Revision, for people: no host enforces it yet");
    syntax.option({"-v,--ver", "TEXT"}, arguments.version, "Version, for people");
    syntax.option({"--expires", "DAYS"}, arguments.expires_days, "Days until it expires [never]");
    syntax.list({"-t,--tag", "TAG"}, arguments.tags, "Tags, for people");
    syntax.option({"--call-alias", "NAME"}, arguments.call_alias, "A second name for callers");
    syntax.option({"-o,--out", "FILE"}, arguments.out,
                  "The signed file [FILE with _s]; 'text' or 'json': the form of the output");
}

std::string default_out(const std::string& path) {
    constexpr std::string_view extension = ".wasm";
    const auto stem =
        path.ends_with(extension) ? path.substr(0, path.size() - extension.size()) : path;
    return fmt::format("{}_s{}", stem, extension);
}

Result<std::string> get_out(const Environment& environment, const SignArguments& arguments) {
    if (arguments.out) return get_path(environment, "--out", *arguments.out);
    if (arguments.file == "-")
        return fail(Errc::invalid_argument, "sign.out_missing",
                    "a component from the standard input has no name of its own; say where the "
                    "signed one goes, such as '--out signed.wasm'");
    TRY(const auto path, get_path(environment, "the WebAssembly file", arguments.file));
    return default_out(path);
}

/// Among `--caps`: what the component needs. No capability has that name.
constexpr std::string_view auto_caps = "auto";

/// What the component uses outside the baseline; nothing, with a warning, where no claims could
/// cover it.
std::vector<std::string> find_needed(const Console& console,
                                     const codec::ComponentInterface& interface) {
    const auto needs = claims::find_needs(interface);
    if (needs) return claims::find_uncovered(*needs, claims::Capabilities());
    console.warn(needs.error().slug, needs.error().message);
    return {};
}

/// `--caps` with what `auto` stands for.
std::vector<std::string> expand(const std::vector<std::string>& caps,
                                const std::vector<std::string>& needed) {
    std::vector<std::string> out;
    for (const auto& name : caps)
        if (name == auto_caps)
            out.insert(out.end(), needed.begin(), needed.end());
        else
            out.push_back(name);
    return out;
}

/// The needs that `--caps` leaves out, for which a host would refuse the component.
std::vector<std::string> warn_of_unclaimed(const Console& console,
                                           const std::vector<std::string>& needed,
                                           const std::vector<std::string>& caps) {
    const claims::Capabilities claimed(caps);
    auto unclaimed = needed;
    std::erase_if(unclaimed, [&claimed](const std::string& name) {
        const auto interface = codec::parse_interface_name(name);
        return interface && claimed.covers(*interface);
    });
    auto all = caps;
    all.insert(all.end(), unclaimed.begin(), unclaimed.end());
    if (!unclaimed.empty())
        console.warn("sign.claims_incomplete",
                     fmt::format("hosts will refuse this component: it uses {}, which --caps "
                                 "does not name; sign it with: --caps {}",
                                 fmt::join(unclaimed, ", "), fmt::join(all, ",")));
    return unclaimed;
}

Result<claims::ComponentClaims> get_claims(const SignArguments& arguments,
                                           std::vector<std::string> caps) {
    claims::ComponentClaims out;
    out.name = arguments.name;
    out.tags = arguments.tags;
    out.version = arguments.version;
    out.call_alias = arguments.call_alias;
    for (const auto& capability : caps)
        CHECK(claims::check_capability_name(capability).context("--caps"));
    out.caps = std::move(caps);
    if (arguments.revision) {
        TRY(out.rev, parse_number("--rev", *arguments.revision, {0, INT32_MAX}));
    }
    return out;
}

Json to_json(const std::vector<std::string>& list) { return Json::Array(list.begin(), list.end()); }

Result<void> sign(const Console& console, const SignArguments& arguments) {
    const auto& environment = console.environment();
    TRY(const auto wasm, read_wasm(environment, arguments.file));
    TRY(const auto interface, codec::read_interface(wasm).context("'{}'", arguments.file));
    const auto needed = find_needed(console, interface);
    const auto caps = expand(arguments.caps, needed);
    TRY(auto component, get_claims(arguments, caps));
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
    const auto unclaimed = warn_of_unclaimed(console, needed, caps);
    const auto& key = issuer.public_key();
    const auto issuer_name = claims::find_name(read_names(environment), key);
    Json value = Json::Object();
    value.set("file", out).set("name", arguments.name).set("subject", subject.text());
    value.set("issuer", key.text()).set("caps", to_json(caps)).set("needs", to_json(needed));
    if (!issuer_name.empty()) value.set("issuer_name", issuer_name);
    console.show(
        {fmt::format("signed   {}", out), fmt::format("name     {}", arguments.name),
         fmt::format("subject  {}", subject.text()),
         fmt::format("issuer   {}", label(key, issuer_name)),
         caps.empty() ? "caps     none" : fmt::format("caps     {}", fmt::join(caps, ", ")),
         needed.empty() ? "needs    nothing"
                        : fmt::format("needs    --caps {}", fmt::join(needed, ","))},
        value.set("unclaimed", to_json(unclaimed)));
    return ok();
}

/// `-o` is the form of the output on every other command, and so it is here for these two words.
Result<void> run_sign(const Console& console, const SignArguments& arguments) {
    const auto out = arguments.out.value_or("");
    const auto format = get_format(out);
    if (!format) {
        if (!out.empty() && out.find_first_of("./") == std::string::npos)
            console.warn("sign.out_is_a_file",
                         fmt::format("'{}' is taken for the signed file, as with --out; the forms "
                                     "of the output are text and json",
                                     out));
        return sign(console, arguments);
    }
    auto without = arguments;
    without.out.reset();
    return sign(Console(console.environment(), *format), without);
}

}  // namespace

constexpr Command claims_sign_command{
    .path = "claims sign",
    .summary = "Sign a component with what it may use",
    .examples =
        "  weft claims sign hello.wasm --name hello --caps auto\n"
        "  weft claims sign hello.wasm --name hello --caps wasi:http -o hello_s.wasm\n"
        "  weft claims sign cart.wasm --name cart --caps wasi:http,wasi:keyvalue/store --rev 4\n"
        "  weft claims sign cart.wasm --name cart --caps wasi:http --key team.nk --expires 90",
    .prepare = prepare<SignArguments, define_sign, run_sign>,
    .json = JsonOption::json};

}  // namespace weft::cli
