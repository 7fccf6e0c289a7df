#pragma once

#include "entry/cli/command.h"

namespace weft::cli {

/// `weft keys gen KIND`: makes a key, keeps its seed and prints `{public_key, kind, seed_file}`.
/// Errors: invalid_argument (`keys.kind_unknown`), those of `KeyStore::save`.
extern const Command keys_gen_command;

/// `weft keys list`. A seed file that cannot be read is a warning. Errors: those of
/// `KeyStore::list`.
extern const Command keys_list_command;

/// `weft keys get KEY`: by public key or name. It prints where the seed is, never the seed. Errors:
/// those of `KeyStore::get`.
extern const Command keys_get_command;

}  // namespace weft::cli
