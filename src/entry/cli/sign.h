#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "entry/cli/console.h"

namespace weft::cli {

/// `weft claims sign` as it was typed.
struct SignArguments {
    std::string file;
    std::string name;
    std::vector<std::string> caps;
    std::vector<std::string> tags;
    std::string call_alias;
    std::string version;
    std::optional<std::string> key;      ///< Of the issuer: a public key or a seed file.
    std::optional<std::string> subject;  ///< The component's public key.
    std::optional<std::string> revision;
    std::optional<std::string> expires_days;
    std::optional<std::string> out;
};

constexpr std::int64_t expires_days_max = 36'500;

/// Writes the binary with a new token. Without `key` the one account key that is kept signs;
/// without `subject` the module key kept for the name is used, and made the first time; without
/// `out` it is `<file>_s.wasm` beside the file. Interfaces that the claims leave out are a
/// warning. Nothing is written when it fails, except for a new module key. Errors: those of
/// `read_wasm`, `claims::check_capability_name`, `claims::sign_component`, `KeyStore`, `read_seed`,
/// `parse_number`, `write_file`; failed_precondition (`sign.account_missing`,
/// `sign.account_several`), invalid_argument (`sign.name_unfit`).
Result<void> claims_sign(const Console& console, const SignArguments& arguments);

}  // namespace weft::cli
