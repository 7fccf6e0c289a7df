#include "entry/cli/trust.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "entry/cli/places.h"
#include "entry/cli/sign_keys.h"
#include "entry/cli/trust_options.h"
#include "io/files/files.h"
#include "platform/claims/account.h"
#include "platform/claims/capability.h"
#include "platform/claims/trust.h"

namespace weft::cli {
namespace {

using claims::TrustedIssuer;
using claims::TrustPolicy;
using codec::Json;

constexpr unsigned trust_file_mode = 0600;

struct PolicyArguments {
    std::optional<std::string> trust_file;
};

struct RemoveArguments : PolicyArguments {
    std::string key;
};

struct AddArguments : RemoveArguments {
    bool mine = false;
    std::string name;
    std::vector<std::string> grants;
};

void define_list(Syntax& syntax, PolicyArguments& arguments) {
    syntax.option({"--trust-file", "FILE"}, arguments.trust_file, "The file [trust.yaml]");
}

void define_remove(Syntax& syntax, RemoveArguments& arguments) {
    syntax.word("KEY", Need::required, arguments.key, "The public key");
    define_list(syntax, arguments);
}

void define_add(Syntax& syntax, AddArguments& arguments) {
    syntax.word("KEY", Need::optional, arguments.key, "The account's public key");
    syntax.flag("--mine", arguments.mine, "The account keys that you keep, in place of KEY");
    syntax.list({"-g,--grant", "CAP"}, arguments.grants,
                "What it may grant; '*' is everything [with --mine: '*']");
    syntax.option({"--name", "NAME"}, arguments.name, "Whose key it is, for people");
    define_list(syntax, arguments);
}

/// The policy of a file, and how to put it back.
struct TrustFile {
    std::string path;
    TrustPolicy policy;
    bool has_comments = false;
    std::optional<files::FileLock> lock;  ///< If it is going to be changed.
};

enum class Purpose : std::uint8_t { look, change };

bool has_comments(std::string_view text) {
    return text.starts_with('#') || text.contains("\n#") || text.contains(" #");
}

Result<TrustFile> load(const Environment& environment, const PolicyArguments& arguments,
                       Purpose purpose) {
    TrustFile out;
    TRY(out.path, get_trust_file(environment, arguments.trust_file));
    if (purpose == Purpose::change) {
        // Nothing is left beside a file that is refused.
        if (const auto old = read_trust_text(out.path); !old && old.error().code != Errc::not_found)
            return Failure(old.error());
        CHECK(files::ensure_directory(
            out.path.substr(0, std::max<std::size_t>(1, out.path.find_last_of('/')))));
        TRY(out.lock, files::FileLock::take(out.path));
    }
    const auto content = read_trust_text(out.path);
    if (!content && content.error().code == Errc::not_found) return out;
    if (!content) return Failure(content.error());
    out.has_comments = has_comments(*content);
    TRY(out.policy, claims::read_trust(*content).context("'{}'", out.path));
    return out;
}

Result<void> save(const Console& console, const TrustFile& file) {
    CHECK(files::write_file(file.path, as_bytes(claims::write_trust(file.policy)), trust_file_mode,
                            files::Overwrite::yes));
    if (file.has_comments)
        console.warn("trust.comments_lost",
                     fmt::format("the comments of '{}' were not kept", file.path));
    return ok();
}

Json to_json(const TrustedIssuer& issuer) {
    Json out = Json::Object();
    out.set("key", issuer.key.text()).set("name", issuer.name);
    out.set("grants", Json::Array(issuer.grants.begin(), issuer.grants.end()));
    return out.set("unstated", issuer.unstated == claims::Unstated::all ? "all" : "none");
}

std::string to_line(std::string_view word, const TrustedIssuer& issuer) {
    return fmt::format(
        "{} {} {} may grant {}{}", word, issuer.key.text(),
        issuer.name.empty() ? "(no name)" : "'" + issuer.name + "'", fmt::join(issuer.grants, ", "),
        issuer.unstated == claims::Unstated::all ? "; tokens that state nothing claim all of it"
                                                 : "");
}

Json to_json(const TrustFile& file) {
    Json issuers = Json::Array();
    for (const auto& issuer : file.policy.issuers) issuers.push(to_json(issuer));
    Json operators = Json::Array();
    for (const auto& issuer : file.policy.operators) operators.push(to_json(issuer));
    Json revoked = Json::Array();
    for (const auto& key : file.policy.revoked) revoked.push(key.text());
    const bool allow = file.policy.unsigned_code == claims::UnsignedCode::allow;
    Json out = Json::Object();
    out.set("file", file.path).set("issuers", std::move(issuers));
    out.set("operators", std::move(operators)).set("accounts", file.policy.accounts.size());
    return out.set("revoked", std::move(revoked)).set("unsigned", allow ? "allow" : "deny");
}

/// Whom `trust add` is about.
Result<std::vector<crypto::PublicKey>> keys_to_add(const Environment& environment,
                                                   const AddArguments& arguments) {
    if (arguments.mine == !arguments.key.empty())
        return fail(Errc::invalid_argument, "trust.key_missing",
                    "give one of KEY, the public key of an account, and --mine, for the account "
                    "keys that you keep");
    std::vector<crypto::PublicKey> keys;
    if (arguments.mine) {
        TRY(const auto accounts, list_accounts(environment));
        for (const auto& account : accounts) keys.push_back(account.key);
        return keys;
    }
    TRY(const auto key, crypto::PublicKey::parse_as(crypto::KeyKind::account, arguments.key));
    keys.push_back(key);
    return keys;
}

Result<void> run_add(const Console& console, const AddArguments& arguments) {
    TRY(const auto keys, keys_to_add(console.environment(), arguments));
    auto grants = arguments.grants;
    if (arguments.mine && grants.empty()) grants.emplace_back(claims::every_capability);
    if (grants.empty())
        return fail(Errc::invalid_argument, "trust.grant_missing",
                    "nothing is granted; say what with --grant, such as '--grant wasi:http', or "
                    "'--grant \"*\"' for everything");
    TRY(auto file, load(console.environment(), arguments, Purpose::change));
    auto& issuers = file.policy.issuers;
    for (const auto& key : keys) {
        const auto before = std::ranges::find(issuers, key, &TrustedIssuer::key);
        const bool is_new = before == issuers.end();
        const auto unstated = is_new ? claims::Unstated::none : before->unstated;
        auto name = arguments.name;
        if (arguments.mine && name.empty() && (is_new || before->name.empty())) name = "mine";
        CHECK(claims::add_issuer(
            file.policy,
            {.key = key, .name = std::move(name), .grants = grants, .unstated = unstated}));
    }
    CHECK(save(console, file));
    std::vector<std::string> lines;
    Json entries = Json::Array();
    for (const auto& key : keys) {
        const auto& entry = *std::ranges::find(issuers, key, &TrustedIssuer::key);
        lines.push_back(to_line("trusted", entry));
        entries.push(to_json(entry));
    }
    auto value =
        arguments.mine ? Json().set("issuers", std::move(entries)) : entries.as_array()->front();
    console.show(lines, value.set("file", file.path));
    return ok();
}

Result<void> run_list(const Console& console, const PolicyArguments& arguments) {
    TRY(const auto file, load(console.environment(), arguments, Purpose::look));
    const auto& policy = file.policy;
    std::vector<std::string> lines;
    lines.reserve(policy.issuers.size() + policy.operators.size() + policy.revoked.size());
    for (const auto& issuer : policy.issuers) lines.push_back(to_line("issuer  ", issuer));
    for (const auto& issuer : policy.operators) lines.push_back(to_line("operator", issuer));
    for (const auto& key : policy.revoked)
        lines.push_back("revoked  " + label(key, claims::find_name(policy, key)));
    if (policy.issuers.empty() && policy.operators.empty())
        lines.push_back(
            fmt::format("'{}' trusts nobody; add an account with 'weft trust add'", file.path));
    if (policy.unsigned_code == claims::UnsignedCode::allow)
        lines.emplace_back("unsigned code is allowed");
    console.show(lines, to_json(file));
    return ok();
}

Result<void> run_remove(const Console& console, const RemoveArguments& arguments) {
    TRY(const auto key, crypto::PublicKey::parse(arguments.key));
    TRY(auto file, load(console.environment(), arguments, Purpose::change));
    const auto name = claims::find_name(file.policy, key);
    const auto has_key = [&key](const TrustedIssuer& issuer) { return issuer.key == key; };
    if (std::erase_if(file.policy.issuers, has_key) +
            std::erase_if(file.policy.operators, has_key) ==
        0)
        return fail(Errc::not_found, "trust.issuer_missing",
                    "'{}' trusts no key '{}'; 'weft trust list' shows those that it trusts",
                    file.path, key.text());
    CHECK(save(console, file));
    Json value = Json::Object();
    console.show({fmt::format("no longer trusted: {}", label(key, name))},
                 value.set("removed", key.text()).set("file", file.path));
    return ok();
}

}  // namespace

constexpr Command trust_add_command{
    .path = "trust add",
    .summary = "Let an account grant capabilities",
    .examples =
        "  weft trust add ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2 \\\n"
        "      --grant wasi:http --grant wasi:keyvalue/store --name 'payments team'\n"
        "  weft trust add --mine",
    .prepare = prepare<AddArguments, define_add, run_add>};

constexpr Command trust_list_command{.path = "trust list",
                                     .summary = "Show who may grant what",
                                     .examples = "  weft trust list\n  weft trust list -o json",
                                     .prepare = prepare<PolicyArguments, define_list, run_list>};

constexpr Command trust_remove_command{
    .path = "trust remove",
    .summary = "Remove a key",
    .examples = "  weft trust remove ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2",
    .prepare = prepare<RemoveArguments, define_remove, run_remove>};

}  // namespace weft::cli
