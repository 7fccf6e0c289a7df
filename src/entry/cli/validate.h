#pragma once

#include "entry/cli/command.h"

namespace weft::cli {

/// `weft app validate`: prints all that is wrong with each manifest, every finding with its place,
/// whether it is valid, and whether it can run here. A valid one is success, unless the user wants
/// it to run. Errors: those of `files::read_file` when a file cannot be read and all others are
/// right, invalid_argument (`validate.errors_found`), unsupported (`validate.cannot_run`).
extern const Command app_validate_command;

}  // namespace weft::cli
