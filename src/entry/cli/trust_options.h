#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "entry/cli/syntax.h"

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

/// Errors: those of `get_path` and `crypto::PublicKey::parse_as`.
Result<TrustOptions> read_trust(const Environment& environment, const TrustArguments& arguments);

}  // namespace weft::cli
