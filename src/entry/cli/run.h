#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/random.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "entry/cli/callee.h"
#include "entry/cli/up_options.h"
#include "platform/capability/provider.h"

namespace weft::cli {

class Console;
struct Finding;
struct DoctorOptions;

/// Runs a host until it ends, or until it serves with `detach`. It prints its own reports, and
/// what it finds in manifests through the console; the error it returns is printed by `run`.
using Up = std::function<Result<void>(const UpOptions&, const Console&)>;

/// Runs a program until it ends and returns its exit code. Warnings and the
/// backtrace of a trap go through the console; the error that it returns is printed by `run`.
using RunProgram = std::function<Result<int>(const RunOptions&, const Console&)>;

/// Looks at this machine as a host would find it; what it finds wrong is not an error.
using Doctor = std::function<Result<std::vector<Finding>>(const DoctorOptions&)>;

/// What carries out the commands that need an engine or a host; entry/app implements it.
struct Handlers {
    Up up;
    Caller call;
    RunProgram run;
    Doctor doctor;
};

/// The process and the machine as a command sees them, so that tests can replace both. `clock` and
/// `random` outlive it.
struct Environment {
    /// A variable such as "HOME"; nothing when it is not set.
    std::function<std::optional<std::string>(const std::string&)> variable;
    std::string current_dir;  ///< Absolute; empty when it is gone.
    const WallClock* clock = nullptr;
    Random* random = nullptr;  ///< Fit for keys.
    std::function<void(std::string_view)> out;
    std::function<void(std::string_view)> err;
    std::span<const capability::ProviderKind> providers;  ///< Of a host of this program.
    Handlers handlers;
};

/// Runs one command of `weft`. `args` are those behind the program's name. Returns the exit code:
/// 0, that of a guest, or that of the error's code in `core/errc.h`; a wrong command line counts as
/// invalid_argument. A failure is one line to `err`; with json output it is
/// `{"error":{"code","slug","message"}}`.
int run(std::span<const std::string> args, const Environment& environment);

/// Prints a failure to `err` in the format that the command line asks for; returns the exit code.
int report(std::span<const std::string> args, const Error& error,
           const std::function<void(std::string_view)>& err);

}  // namespace weft::cli
