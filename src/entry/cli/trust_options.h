#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"

namespace weft::cli {

struct Environment;

/// Whom a run trusts, checked for form only.
struct TrustOptions {
    std::vector<std::string> keys;  ///< `--trust KEY`: account keys trusted with every grant.
    std::string file;  ///< `trust.yaml`, absolute; a missing file is an empty policy unless named.
    bool file_named = false;  ///< By a flag.
};

/// Checks `--trust` and `--trust-file` and fills in the default. Errors: those of `get_path`,
/// `default_trust_file` and `crypto::PublicKey::parse_as`.
Result<TrustOptions> read_trust_options(const Environment& environment,
                                        const std::vector<std::string>& keys,
                                        const std::optional<std::string>& file);

}  // namespace weft::cli
