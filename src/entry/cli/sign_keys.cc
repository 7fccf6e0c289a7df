#include "entry/cli/sign_keys.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "entry/cli/places.h"

namespace weft::cli {
namespace {

using crypto::KeyKind;

Result<crypto::Seed> only_account(const Environment& environment) {
    TRY(const auto accounts, list_accounts(environment));
    if (accounts.size() > 1)
        return fail(Errc::failed_precondition, "sign.account_several",
                    "{} account keys are kept; name one, such as '--key {}' ('weft keys list' "
                    "shows them)",
                    accounts.size(), accounts.front().key.text());
    return read_seed(accounts.front().seed_file);
}

bool is_fit(std::string_view name) {
    if (name.empty() || name.size() > key_name_chars_max || name.starts_with('.')) return false;
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

}  // namespace

Result<std::vector<StoredKey>> list_accounts(const Environment& environment) {
    TRY(const auto store, KeyStore::create(environment));
    TRY(auto content, store.list());
    std::erase_if(content.keys,
                  [](const StoredKey& stored) { return stored.key.kind() != KeyKind::account; });
    if (!content.keys.empty()) return std::move(content.keys);
    // A key that is there and cannot be read is the likely one.
    if (!content.unreadable.empty()) return Failure(std::move(content.unreadable.front()));
    return fail(Errc::failed_precondition, "sign.account_missing",
                "there is no account key in '{}'; make one with 'weft keys gen account'",
                store.directory());
}

Result<crypto::Seed> find_issuer_seed(const Environment& environment,
                                      const std::optional<std::string>& key) {
    if (key) {
        const auto parsed = crypto::PublicKey::parse(*key);
        // A seed belongs in no message.
        if (!parsed && parsed.error().slug == Slug("key.is_seed")) return Failure(parsed.error());
        if (!parsed) {
            TRY(const auto path, get_input_path(environment, "--key", *key));
            return read_seed(path);
        }
    }
    if (!key) return only_account(environment);
    TRY(const auto store, KeyStore::create(environment));
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
    auto kept = read_seed(store.seed_file(stem));
    if (!kept && kept.error().code == Errc::not_found) {
        const auto seed = crypto::Seed::generate(KeyKind::module_, *environment.random);
        const auto saved = store.save(stem, seed);
        if (saved) return seed.public_key();
        if (saved.error().code != Errc::already_exists) return Failure(saved.error());
        kept = read_seed(store.seed_file(stem));  // Another made it meanwhile.
    }
    if (!kept) return Failure(kept.error());
    return kept->public_key();
}

}  // namespace weft::cli
