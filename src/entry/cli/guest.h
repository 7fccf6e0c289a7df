#pragma once

#include "entry/cli/command.h"

namespace weft::cli {

// Both commands check for form what the user gives one file, and end in a handler. Errors: those of
// `get_path`, `read_trust`, `read_places`, `net::parse_address_range`, `codec::parse_size`,
// `codec::parse_duration` and of the handler; invalid_argument (`cli.dir_wrong`,
// `cli.env_wrong`, `cli.memory_wrong`).

/// `weft run`, by `Handlers::run`; its exit code is that of the program.
extern const Command run_command;

/// `weft serve`, by `Handlers::up`. Errors also: those of `read_host` and `net::parse_address`.
extern const Command serve_command;

}  // namespace weft::cli
