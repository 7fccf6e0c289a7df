#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/nkeys.h"
#include "entry/cli/run.h"

namespace weft::cli {

/// Reads the seed that a file holds, which other users may not read. Errors: those of
/// `files::read_file` and of `crypto::Seed::parse`; no message quotes the content.
Result<crypto::Seed> read_seed(const std::string& path);

/// The public key of a seed, and the file that holds the seed.
struct StoredKey {
    crypto::PublicKey key;
    std::string seed_file;
};

/// The seeds of a user: `$XDG_DATA_HOME/weft/keys/*.nk`, mode 0600 in a directory of mode 0700.
class KeyStore {
  public:
    /// Touches no file. Errors: those of `get_keys_dir`.
    static Result<KeyStore> create(const Environment& environment);

    const std::string& directory() const { return directory_; }
    /// Where the seed called `stem` is, or would be.
    std::string seed_file(std::string_view stem) const;

    /// Keeps a seed as `<stem>.nk` and returns that path; no file is ever overwritten.
    /// Errors: already_exists, and those of `ensure_directory` and `write_file`.
    Result<std::string> save(std::string_view stem, const crypto::Seed& seed) const;

    /// Files of any kind in the directory; with more of them it is not read.
    static constexpr std::size_t files_max = 1000;

    struct Content {
        std::vector<StoredKey> keys;    ///< Sorted by file.
        std::vector<Error> unreadable;  ///< One for each other `*.nk`.
    };
    /// All seeds; empty when there is no directory yet. Errors: those of
    /// `list_directory`.
    Result<Content> list() const;

    /// By public key, or by the name of the file without `.nk`. Errors: not_found
    /// (`keys.key_missing`), invalid_argument (`key.is_seed`), those of `read_seed` for the file of
    /// that name.
    Result<StoredKey> get(std::string_view key_or_stem) const;

  private:
    explicit KeyStore(std::string directory) : directory_(std::move(directory)) {}

    std::string directory_;
};

}  // namespace weft::cli
