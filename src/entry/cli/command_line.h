#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/core/result.h"
#include "entry/cli/console.h"

namespace weft::cli {

/// What a command line asks for.
struct Selection {
    /// Runs the command.
    std::function<Result<void>(const Console&)> action;
    /// Of `weft run`, in place of `action`: its result is the exit code.
    std::function<Result<int>(const Console&)> program;
    std::string output = "text";  ///< Of `-o`, not checked yet.
    bool json = false;            ///< `--json`, of commands whose `-o` names a file.
    std::string answer;  ///< Of `--help` or `--version`: printed instead of running `action`.
};

/// Reads a command line. `handlers` outlive the selection's action.
/// Errors: invalid_argument (`cli.command_missing`, `cli.command_unknown`, `cli.option_unknown`,
/// `cli.argument_unexpected`, `cli.argument_missing`, `cli.argument_wrong`).
Result<Selection> read_command_line(std::span<const std::string> args, const Handlers& handlers);

}  // namespace weft::cli
