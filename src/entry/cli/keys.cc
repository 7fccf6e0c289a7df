#include "entry/cli/keys.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/core/nearest.h"
#include "base/crypto/key_kind.h"
#include "entry/cli/key_store.h"

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
                    "there is no kind of key '{}'; did you mean '{}'?", name, close);
    return fail(Errc::invalid_argument, "keys.kind_unknown",
                "there is no kind of key '{}'; there are {}", name, fmt::join(names, ", "));
}

std::string_view kind_name(const StoredKey& stored) {
    return crypto::key_kind_row(stored.key.kind()).name;
}

Json to_json(const StoredKey& stored) {
    Json out = Json::Object();
    out.set("public_key", stored.key.text()).set("kind", kind_name(stored));
    return out.set("seed_file", stored.seed_file);
}

void show_key(const Console& console, const StoredKey& stored) {
    console.show({fmt::format("public key  {}", stored.key.text()),
                  fmt::format("kind        {}", kind_name(stored)),
                  fmt::format("seed file   {}", stored.seed_file)},
                 to_json(stored));
}

}  // namespace

Result<void> keys_gen(const Console& console, const std::string& kind) {
    TRY(const auto wanted, get_kind(kind));
    TRY(const auto store, KeyStore::create(console.environment()));
    const auto seed = crypto::Seed::generate(wanted, *console.environment().random);
    const auto key = seed.public_key();
    TRY(auto seed_file, store.save(key.text(), seed));
    show_key(console, {.key = key, .seed_file = std::move(seed_file)});
    return ok();
}

Result<void> keys_list(const Console& console) {
    TRY(const auto store, KeyStore::create(console.environment()));
    TRY(const auto content, store.list());
    std::vector<std::string> lines;
    Json keys = Json::Array();
    for (const auto& stored : content.keys) {
        lines.push_back(
            fmt::format("{}  {:8}  {}", stored.key.text(), kind_name(stored), stored.seed_file));
        keys.push(to_json(stored));
    }
    if (lines.empty())
        lines.push_back(fmt::format(
            "there are no keys in '{}'; make one with 'weft keys gen account'", store.directory()));
    for (const auto& error : content.unreadable) console.warn(error.slug, error.message);
    Json out = Json::Object();
    console.show(lines, out.set("keys", std::move(keys)));
    return ok();
}

Result<void> keys_get(const Console& console, const std::string& key) {
    TRY(const auto store, KeyStore::create(console.environment()));
    TRY(const auto stored, store.get(key));
    show_key(console, stored);
    return ok();
}

}  // namespace weft::cli
