#include "entry/cli/key_store.h"

#include <utility>

#include "entry/cli/places.h"
#include "io/files/files.h"

namespace weft::cli {
namespace {

constexpr std::string_view extension = ".nk";
constexpr std::size_t seed_file_bytes_max = 4096;
constexpr unsigned seed_file_mode = 0600;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
        text.remove_suffix(1);
    return text;
}

}  // namespace

Result<crypto::Seed> read_seed(const std::string& path) {
    TRY(auto content, files::read_file(path, seed_file_bytes_max));
    auto seed = crypto::Seed::parse(trimmed(as_text(content))).context("seed file '{}'", path);
    crypto::wipe(content);
    return seed;
}

Result<KeyStore> KeyStore::create(const Environment& environment) {
    TRY(auto directory, get_keys_dir(environment));
    return KeyStore(std::move(directory));
}

std::string KeyStore::seed_file(std::string_view stem) const {
    return fmt::format("{}/{}{}", directory_, stem, extension);
}

Result<std::string> KeyStore::save(std::string_view stem, const crypto::Seed& seed) const {
    CHECK(files::ensure_directory(directory_));
    auto path = seed_file(stem);
    const auto text = seed.text();
    auto content = to_bytes(text.reveal());
    content.push_back('\n');
    const auto written = files::write_file(path, content, seed_file_mode, files::Overwrite::no);
    crypto::wipe(content);
    CHECK(written);
    return path;
}

Result<KeyStore::Content> KeyStore::list() const {
    auto names = files::list_directory(directory_, files_max);
    if (!names && names.error().code == Errc::not_found) return Content{};
    TRY(const auto files, std::move(names));
    Content out;
    for (const auto& name : files) {
        if (!name.ends_with(extension)) continue;
        auto path = directory_ + "/" + name;
        auto seed = read_seed(path);
        if (seed)
            out.keys.push_back({.key = seed->public_key(), .seed_file = std::move(path)});
        else
            out.unreadable.push_back(std::move(seed).error());
    }
    return out;
}

Result<StoredKey> KeyStore::get(std::string_view key_or_stem) const {
    const auto parsed = crypto::PublicKey::parse(key_or_stem);
    // A seed belongs in no message.
    if (!parsed && parsed.error().slug == Slug("key.is_seed")) return Failure(parsed.error());
    TRY(auto content, list());
    const auto by_name = seed_file(key_or_stem);
    for (auto& stored : content.keys)
        if ((parsed && stored.key == *parsed) || stored.seed_file == by_name)
            return std::move(stored);
    return fail(Errc::not_found, "keys.key_missing",
                "there is no key '{}' in '{}'; 'weft keys list' shows those that exist",
                key_or_stem, directory_);
}

}  // namespace weft::cli
