#include "entry/cli/key_store.h"

#include <algorithm>
#include <utility>

#include "entry/cli/places.h"
#include "io/files/files.h"

namespace weft::cli {
namespace {

constexpr std::string_view extension = ".nk";
constexpr std::size_t seed_file_bytes_max = 4096;
constexpr unsigned seed_file_mode = 0600;

/// The one line of a seed file that is neither empty nor a comment nor of the frame that `nk` and
/// `nsc` put around it ("-----BEGIN USER NKEY SEED-----"); else all of it.
std::string_view seed_in(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    std::string_view seed;
    for (auto rest = text; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        line = line.substr(0, line.find_last_not_of(blanks) + 1);
        if (line.empty() || line.starts_with('#') || line.starts_with("---")) continue;
        if (!seed.empty()) return text;
        seed = line;
    }
    return seed;
}

}  // namespace

Result<crypto::Seed> read_seed(const std::string& path) {
    TRY(auto content, files::read_file(path, seed_file_bytes_max, files::Others::may_nothing));
    auto seed = crypto::Seed::parse(seed_in(as_text(content))).context("seed file '{}'", path);
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
    if (auto named = read_seed(by_name); !named && named.error().code != Errc::not_found)
        return Failure(std::move(named).error());
    return fail(Errc::not_found, "keys.key_missing",
                "there is no key '{}' in '{}'; 'weft keys list' shows those that exist",
                key_or_stem, directory_);
}

}  // namespace weft::cli
