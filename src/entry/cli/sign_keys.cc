#include "entry/cli/sign_keys.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "entry/cli/key_store.h"
#include "entry/cli/places.h"

namespace weft::cli {
namespace {

using crypto::KeyKind;

Result<crypto::Seed> only_account(const KeyStore& store) {
    TRY(auto content, store.list());
    std::erase_if(content.keys,
                  [](const StoredKey& stored) { return stored.key.kind() != KeyKind::account; });
    if (content.keys.empty())
        return fail(Errc::failed_precondition, "sign.account_missing",
                    "there is no account key in '{}' to sign with; make one with 'weft keys gen "
                    "account', or name one with --key",
                    store.directory());
    if (content.keys.size() > 1)
        return fail(Errc::failed_precondition, "sign.account_several",
                    "there are {} account keys in '{}'; name one with --key ('weft keys list' "
                    "shows them)",
                    content.keys.size(), store.directory());
    return read_seed(content.keys.front().seed_file);
}

bool is_fit(std::string_view name) {
    if (name.empty() || name.size() > key_name_chars_max || name.starts_with('.')) return false;
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

}  // namespace

Result<crypto::Seed> find_issuer_seed(const Environment& environment,
                                      const std::optional<std::string>& key) {
    if (key) {
        const auto parsed = crypto::PublicKey::parse(*key);
        // A seed belongs in no message.
        if (!parsed && parsed.error().slug == Slug("key.is_seed")) return Failure(parsed.error());
        if (!parsed) {
            TRY(const auto path, get_path(environment, "--key", *key));
            return read_seed(path);
        }
    }
    TRY(const auto store, KeyStore::create(environment));
    if (!key) return only_account(store);
    TRY(const auto stored, store.get(*key));
    return read_seed(stored.seed_file);
}

Result<crypto::PublicKey> ensure_subject(const Environment& environment,
                                         const std::optional<std::string>& subject,
                                         const std::string& name) {
    if (subject)
        return crypto::PublicKey::parse_as(KeyKind::module_, *subject).context("--subject");
    if (!is_fit(name))
        return fail(Errc::invalid_argument, "sign.name_unfit",
                    "no key can be kept for the name '{}'; use up to {} letters, digits, '-', '_' "
                    "and '.', or give --subject",
                    name, key_name_chars_max);
    TRY(const auto store, KeyStore::create(environment));
    const auto stem = name + "_module";
    const auto kept = read_seed(store.seed_file(stem));
    if (kept) return kept->public_key();
    if (kept.error().code != Errc::not_found) return Failure(kept.error());
    const auto seed = crypto::Seed::generate(KeyKind::module_, *environment.random);
    CHECK(store.save(stem, seed));
    return seed.public_key();
}

}  // namespace weft::cli
