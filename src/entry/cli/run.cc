#include "entry/cli/run.h"

#include <vector>

#include "base/core/errc.h"
#include "entry/cli/command_line.h"
#include "entry/cli/console.h"

namespace weft::cli {
namespace {

/// What can be known of the format of a command line that could not be read.
Format guess_format(std::span<const std::string> args) {
    for (std::size_t i = 0; i < args.size(); ++i) {
        const auto& word = args[i];
        if (word == "--json" || word == "-ojson" || word == "--output=json") return Format::json;
        const bool names_format = word == "-o" || word == "--output";
        if (names_format && i + 1 < args.size() && args[i + 1] == "json") return Format::json;
    }
    return Format::text;
}

int exit_with(const Console& console, const Error& error) {
    console.report(error);
    return errc_row(error.code).exit_code;
}

/// `weft help keys gen` is `weft keys gen --help`.
std::vector<std::string> resolve_help(std::span<const std::string> args) {
    std::vector<std::string> out(args.begin(), args.end());
    if (!out.empty() && out.front() == "help") {
        out.erase(out.begin());
        out.emplace_back("--help");
    }
    return out;
}

}  // namespace

int report(std::span<const std::string> args, const Error& error,
           const std::function<void(std::string_view)>& err) {
    Environment environment;
    environment.err = err;
    return exit_with({environment, guess_format(args)}, error);
}

int run(std::span<const std::string> args, const Environment& environment) {
    const auto words = resolve_help(args);
    const auto selection = read_command_line(words);
    if (!selection) return exit_with({environment, guess_format(words)}, selection.error());
    if (!selection->answer.empty()) {
        environment.out(selection->answer);
        return 0;
    }
    const auto format = get_format(selection->output);
    const Console console(environment, format.value_or(Format::text));
    if (!format) return exit_with(console, format.error());
    const auto code = selection->action(console);
    return code ? *code : exit_with(console, code.error());
}

}  // namespace weft::cli
