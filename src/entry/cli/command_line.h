#pragma once

#include <span>
#include <string>

#include "base/core/result.h"
#include "entry/cli/command.h"

namespace weft::cli {

/// What a command line asks for.
struct Selection {
    Action action;
    std::string output = "text";  ///< Of `-o`, not checked yet.
    std::string answer;  ///< Of `--help` or `--version`: printed instead of running `action`.
};

/// Reads a command line. Errors: invalid_argument (`cli.command_missing`, `cli.command_unknown`,
/// `cli.option_unknown`, `cli.argument_unexpected`, `cli.argument_missing`, `cli.argument_wrong`).
Result<Selection> read_command_line(std::span<const std::string> args);

}  // namespace weft::cli
