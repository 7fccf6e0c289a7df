#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/nkeys.h"
#include "entry/cli/syntax.h"
#include "platform/claims/trust.h"

namespace weft::cli {

struct Environment;

/// Whom a run trusts, checked for form only.
struct TrustOptions {
    std::vector<std::string> keys;  ///< `--trust KEY`: account keys trusted with every grant.
    std::string file;  ///< `trust.yaml`, absolute; a missing file is an empty policy unless named.
                       ///< Empty: there is no place for one.
    bool file_named = false;  ///< By a flag.
};

/// The same as the user typed it.
struct TrustArguments {
    std::vector<std::string> keys;
    std::optional<std::string> file;
};

void define_trust(Syntax& syntax, TrustArguments& arguments);
void define_trust_file(Syntax& syntax, TrustArguments& arguments);  ///< `--trust-file` alone.

/// Errors: those of `get_path` and `crypto::PublicKey::parse_as`.
Result<TrustOptions> read_trust(const Environment& environment, const TrustArguments& arguments);

/// A longer trust file is not read.
constexpr std::size_t trust_bytes_max = 1024 * 1024;

/// The text of a trust file, which only its owner may write. Errors: those of `files::read_file`.
Result<std::string> read_trust_text(const std::string& path);

/// The policy that they come to. Errors: those of `read_trust_text` and `claims::read_trust`.
Result<claims::TrustPolicy> load_trust(const TrustOptions& options);

/// The policy of the user's trust file for the names in it; one that is missing or wrong has none.
claims::TrustPolicy read_names(const Environment& environment);

/// The key, with its name behind it if it has one.
std::string label(const crypto::PublicKey& key, std::string_view name);

}  // namespace weft::cli
