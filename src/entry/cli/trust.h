#pragma once

#include "entry/cli/command.h"

namespace weft::cli {

/// `weft trust add`: lets an account, or with `--mine` each account whose key is kept, grant
/// capabilities, beside those it may grant already. The file is locked, and replaced as a whole; a
/// new one has mode 0600. Comments in it are lost, which is a warning. Errors: those of
/// `get_trust_file`, `crypto::PublicKey::parse_as`, `list_accounts`, `claims::read_trust`,
/// `claims::add_issuer`, `read_trust_text`, `files::FileLock::take` and `files::write_file`;
/// invalid_argument (`trust.grant_missing`, `trust.key_missing`).
extern const Command trust_add_command;

/// `weft trust list`. A file that is missing trusts nobody. Errors: those of `get_trust_file`,
/// `read_trust_text` and `claims::read_trust`.
extern const Command trust_list_command;

/// `weft trust remove`: an issuer or an operator with that key. Errors: as `trust_add_command`;
/// not_found (`trust.issuer_missing`).
extern const Command trust_remove_command;

}  // namespace weft::cli
