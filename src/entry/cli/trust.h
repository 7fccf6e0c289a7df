#pragma once

#include <cstddef>

#include "entry/cli/command.h"

namespace weft::cli {

/// A longer trust file is not read.
constexpr std::size_t trust_bytes_max = 1024 * 1024;

/// `weft trust add`: lets an account grant capabilities, beside those it may grant already. The
/// file is replaced as a whole, mode 0600. Comments in it are lost, which is a warning. Errors:
/// those of `get_trust_file`, `crypto::PublicKey::parse_as`, `claims::read_trust`,
/// `claims::add_issuer`, `files::read_file` and `files::write_file`; invalid_argument
/// (`trust.grant_missing`).
extern const Command trust_add_command;

/// `weft trust list`. A file that is missing trusts nobody. Errors: those of `get_trust_file`,
/// `files::read_file` and `claims::read_trust`.
extern const Command trust_list_command;

/// `weft trust remove`: an issuer or an operator with that key. Errors: as `trust_add_command`;
/// not_found (`trust.issuer_missing`).
extern const Command trust_remove_command;

}  // namespace weft::cli
