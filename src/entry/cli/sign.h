#pragma once

#include "entry/cli/command.h"

namespace weft::cli {

/// `weft claims sign`: writes the binary with a new token. Without `--key` the one account key that
/// is kept signs; without `--subject` the module key kept for the name is used, and made the first
/// time; without `--out` it is `<file>_s.wasm` beside the file. Interfaces that the claims leave
/// out are a warning. Nothing is written when it fails, except for a new module key. Errors: those
/// of `read_wasm`, `claims::check_capability_name`, `claims::sign_component`, `KeyStore`,
/// `read_seed`, `parse_number`, `files::write_file`; failed_precondition (`sign.account_missing`,
/// `sign.account_several`), invalid_argument (`sign.name_unfit`).
extern const Command claims_sign_command;

}  // namespace weft::cli
