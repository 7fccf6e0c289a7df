#include "entry/cli/keys.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/core/nearest.h"
#include "base/crypto/key_kind.h"
#include "entry/cli/key_store.h"
#include "entry/cli/trust_options.h"
#include "platform/claims/account.h"

namespace weft::cli {
namespace {

using codec::Json;

Result<crypto::KeyKind> get_kind(std::string_view name) {
    if (const auto kind = crypto::find_key_kind_by_name(name)) return *kind;
    std::vector<std::string_view> names;
    for (const auto& row : crypto::key_kinds()) names.push_back(row.name);
    const auto close = nearest(name, names);
    if (!close.empty())
        return fail(Errc::invalid_argument, "keys.kind_unknown",
                    "unknown kind of key '{}'; did you mean '{}'?", name, close);
    return fail(Errc::invalid_argument, "keys.kind_unknown",
                "unknown kind of key '{}'; the kinds are {}", name, fmt::join(names, ", "));
}

std::string_view kind_name(const StoredKey& stored) {
    return crypto::key_kind_row(stored.key.kind()).name;
}

Json to_json(const StoredKey& stored, const std::string& name) {
    Json out = Json::Object();
    out.set("public_key", stored.key.text()).set("kind", kind_name(stored));
    if (!name.empty()) out.set("name", name);
    return out.set("seed_file", stored.seed_file);
}

void show_key(const Console& console, const StoredKey& stored) {
    const auto name = claims::find_name(read_names(console.environment()), stored.key);
    console.show({fmt::format("public key  {}", label(stored.key, name)),
                  fmt::format("kind        {}", kind_name(stored)),
                  fmt::format("seed file   {}", stored.seed_file)},
                 to_json(stored, name));
}

void define_gen(Syntax& syntax, std::string& kind) {
    syntax.word("KIND", Need::required, kind,
                "operator, account, user, module, provider, host, cluster or curve");
}

Result<void> run_gen(const Console& console, const std::string& kind) {
    TRY(const auto wanted, get_kind(kind));
    TRY(const auto store, KeyStore::create(console.environment()));
    const auto seed = crypto::Seed::generate(wanted, *console.environment().random);
    const auto key = seed.public_key();
    TRY(auto seed_file, store.save(key.text(), seed));
    show_key(console, {.key = key, .seed_file = std::move(seed_file)});
    return ok();
}

Result<void> run_list(const Console& console) {
    TRY(const auto store, KeyStore::create(console.environment()));
    TRY(const auto content, store.list());
    std::vector<std::string> lines;
    Json keys = Json::Array();
    const auto names = read_names(console.environment());
    for (const auto& stored : content.keys) {
        const auto name = claims::find_name(names, stored.key);
        lines.push_back(fmt::format("{}  {:8}  {}{}", stored.key.text(), kind_name(stored),
                                    stored.seed_file,
                                    name.empty() ? name : fmt::format("  '{}'", name)));
        keys.push(to_json(stored, name));
    }
    if (lines.empty())
        lines.push_back(fmt::format(
            "there are no keys in '{}'; make one with 'weft keys gen account'", store.directory()));
    for (const auto& error : content.unreadable) console.warn(error.slug, error.message);
    Json out = Json::Object();
    console.show(lines, out.set("keys", std::move(keys)));
    return ok();
}

void define_get(Syntax& syntax, std::string& key) {
    syntax.word("KEY", Need::required, key,
                "A public key, or the name of a seed file without '.nk'");
}

Result<void> run_get(const Console& console, const std::string& key) {
    TRY(const auto store, KeyStore::create(console.environment()));
    TRY(const auto stored, store.get(key));
    show_key(console, stored);
    return ok();
}

}  // namespace

constexpr Command keys_gen_command{
    .path = "keys gen",
    .summary = "Make a key and store its seed",
    .examples = "  weft keys gen account\n  weft keys gen module -o json",
    .prepare = prepare<std::string, define_gen, run_gen>};

constexpr Command keys_list_command{.path = "keys list",
                                    .summary = "Show the stored keys",
                                    .examples = "  weft keys list\n  weft keys list -o json",
                                    .prepare = prepare<run_list>};

constexpr Command keys_get_command{
    .path = "keys get",
    .summary = "Show one key and where its seed is",
    .examples =
        "  weft keys get ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2\n"
        "  weft keys get hello_module",
    .prepare = prepare<std::string, define_get, run_get>};

}  // namespace weft::cli
