#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "entry/cli/console.h"

namespace weft::cli {

struct TrustArguments {
    std::optional<std::string> trust_file;  ///< Else the default one.
    std::string key;
    std::string name;
    std::vector<std::string> grants;
};

/// A longer trust file is not read.
constexpr std::size_t trust_bytes_max = 1024 * 1024;

/// `weft trust add`: lets an account grant capabilities, beside those it may grant already. The
/// file is replaced as a whole, mode 0600. Comments in it are lost, which is a warning. Errors:
/// those of `crypto::PublicKey::parse_as`, `claims::read_trust`, `claims::add_issuer`, `read_file`
/// and `write_file`; invalid_argument (`trust.grant_missing`).
Result<void> trust_add(const Console& console, const TrustArguments& arguments);

/// `weft trust list`. A file that is missing trusts nobody.
Result<void> trust_list(const Console& console, const TrustArguments& arguments);

/// `weft trust remove`: an issuer or an operator with that key. Errors: as `trust_add`; not_found
/// (`trust.issuer_missing`).
Result<void> trust_remove(const Console& console, const TrustArguments& arguments);

}  // namespace weft::cli
