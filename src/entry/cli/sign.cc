#include "entry/cli/sign.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    syntax.list({"-c,--caps", "CAP"}, arguments.caps, "Capabilities that it asks for");
    syntax.option({"-k,--key", "KEY"}, arguments.key,
                  "Account that signs: a public key or a seed file [the only one kept]");
    syntax.option({"--subject", "KEY"}, arguments.subject, "The component's key [one per name]");
    syntax.option({"-r,--rev", "N"}, arguments.revision, "Revision; a host refuses lower ones");
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
                     fmt::format("hosts will refuse this component: it uses {}, which --caps "
                                 "does not name",
                                 fmt::join(unclaimed, ", ")));
    return unclaimed;
}

Json to_json(const std::vector<std::string>& list) { return Json::Array(list.begin(), list.end()); }

Result<void> sign(const Console& console, const SignArguments& arguments) {
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

/// `-o` is the form of the output on every other command, and so it is here for these two words.
Result<void> run_sign(const Console& console, const SignArguments& arguments) {
    const auto format = get_format(arguments.out.value_or(""));
    if (!format) return sign(console, arguments);
    auto without = arguments;
    without.out.reset();
    return sign(Console(console.environment(), *format), without);
}

}  // namespace

constexpr Command claims_sign_command{
    .path = "claims sign",
    .summary = "Sign a component with what it may use",
    .examples =
        "  weft claims sign hello.wasm --name hello --caps wasi:http -o hello_s.wasm\n"
        "  weft claims sign cart.wasm --name cart --caps wasi:http,wasi:keyvalue/store --rev 4\n"
        "  weft claims sign cart.wasm --name cart --caps wasi:http --key team.nk --expires 90",
    .prepare = prepare<SignArguments, define_sign, run_sign>,
    .json = JsonOption::json};

}  // namespace weft::cli
