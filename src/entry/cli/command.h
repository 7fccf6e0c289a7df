#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/core/result.h"
#include "entry/cli/console.h"
#include "entry/cli/syntax.h"

namespace weft::cli {

/// Runs a command whose arguments are read; returns the exit code.
using Action = std::function<Result<int>(const Console&)>;

/// How the user asks a command for JSON.
enum class JsonOption : std::uint8_t {
    output,  ///< `-o json`
    json,    ///< `--json`, for a command whose `-o` names a file.
};

/// One command of `weft`. The parser, the help, the tests and the check of the manual are made from
/// the list of them in `commands.cc`, so that a command is stated once: here and in its own file.
struct Command {
    std::string_view path;      ///< What the user types behind `weft`: "claims sign".
    std::string_view summary;   ///< For the help: one line without a full stop.
    std::string_view examples;  ///< Command lines, each indented by two spaces.
    /// Defines the arguments and returns the action that reads them; made by `prepare` below.
    Action (*prepare)(Syntax& syntax);
    JsonOption json = JsonOption::output;
};

inline Result<int> exit_code(Result<int> code) { return code; }
inline Result<int> exit_code(Result<void> done) {
    CHECK(std::move(done));
    return 0;
}

/// `define(syntax, arguments)` names the arguments of a command, `run(console, arguments)` carries
/// it out and returns Result<void>, or Result<int> with an exit code. `Arguments` is a struct with
/// the texts as the user typed them.
template <class Arguments, void (*define)(Syntax&, Arguments&), auto run>
Action prepare(Syntax& syntax) {
    const auto arguments = std::make_shared<Arguments>();
    define(syntax, *arguments);
    return [arguments](const Console& console) { return exit_code(run(console, *arguments)); };
}

/// For a command without arguments.
template <auto run>
Action prepare(Syntax&) {
    return [](const Console& console) { return exit_code(run(console)); };
}

}  // namespace weft::cli
