#include "entry/cli/command_line.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/core/assert.h"
#include "base/core/nearest.h"
#include "entry/cli/commands.h"
#include "entry/cli/version.h"

// The parser's exceptions become values here. Definitions of commands throw only if they are wrong,
// which every test would show.
namespace weft::cli {
namespace {

const CLI::App& deepest(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app : deepest(*chosen.front());
}

/// "weft keys gen"
std::string full_name(const CLI::App& app) {
    const auto* const parent = app.get_parent();
    return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

/// "; did you mean 'x'", or where to look.
std::string hint(const CLI::App& app, std::string_view word,
                 const std::vector<std::string>& names) {
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const auto close = nearest(word, candidates);
    if (!close.empty()) return fmt::format("did you mean '{}'?", close);
    return fmt::format("see '{} --help'", full_name(app));
}

Failure unexpected(const CLI::App& app, const std::string& typed) {
    const auto word = reveal(typed);
    const auto name = word.substr(0, word.find('='));
    if (word == typed && name.size() > 1 && name.starts_with('-'))
        return fail(Errc::invalid_argument, "cli.option_unknown", "unknown option '{}' of '{}'; {}",
                    name, full_name(app), hint(app, name, option_names(app)));
    const auto commands = command_names(app);
    if (!commands.empty())
        return fail(Errc::invalid_argument, "cli.command_unknown", "unknown command '{} {}'; {}",
                    full_name(app), word, hint(app, word, commands));
    return fail(Errc::invalid_argument, "cli.argument_unexpected",
                "'{}' is one argument too many for '{}'; see '{} --help'", word, full_name(app),
                full_name(app));
}

Failure explain(const CLI::App& root, const CLI::ParseError& error) {
    const auto& app = deepest(root);
    // A word that was not understood is the likely cause of everything else that is missing.
    if (const auto extras = root.remaining(true); !extras.empty())
        return unexpected(app, extras.front());
    if (const auto commands = command_names(app); !commands.empty())
        return fail(Errc::invalid_argument, "cli.command_missing",
                    "'{}' needs a command: {}; see '{} --help'", full_name(app),
                    fmt::join(commands, ", "), full_name(app));
    constexpr std::string_view required = " is required";
    if (const std::string_view what = error.what(); what.ends_with(required))
        return fail(Errc::invalid_argument, "cli.argument_missing",
                    "'{}' needs {}; see '{} --help'", full_name(app),
                    what.substr(0, what.size() - required.size()), full_name(app));
    return fail(Errc::invalid_argument, "cli.argument_wrong",
                "'{}' cannot take these arguments ({}); see '{} --help'", full_name(app),
                error.what(), full_name(app));
}

CLI::App& ensure_group(CLI::App& root, std::string_view name) {
    const auto is_wanted = [name](const CLI::App* app) { return app->get_name() == name; };
    if (const auto made = root.get_subcommands(is_wanted); !made.empty()) return *made.front();
    const auto row = std::ranges::find(groups(), name, &Group::name);
    WEFT_ASSERT(row != groups().end(), "each group of commands is in the list of groups");
    auto* const group = root.add_subcommand(std::string(name), std::string(row->summary));
    group->require_subcommand(1);
    group->footer(std::string(row->remark));
    return *group;
}

void define_command(CLI::App& root, Selection& selection, const Command& command) {
    const auto space = command.path.find(' ');
    const bool has_group = space != std::string_view::npos;
    auto& parent = has_group ? ensure_group(root, command.path.substr(0, space)) : root;
    const auto name = has_group ? command.path.substr(space + 1) : command.path;
    auto* const app = parent.add_subcommand(std::string(name), std::string(command.summary));
    Syntax syntax(*app);
    app->callback([&selection, action = command.prepare(syntax)] { selection.action = action; });
    if (command.json == JsonOption::json)
        app->add_flag_callback(
            "--json", [&selection] { selection.output = "json"; }, "Print the result as JSON");
    else
        app->add_option("-o,--output", selection.output, "text or json [text]")
            ->type_name("FORMAT");
    app->footer(fmt::format("Examples:\n{}", command.examples));
}

void define_root(CLI::App& root, Selection& selection) {
    root.name("weft");
    root.require_subcommand(1);
    root.set_version_flag("--version", fmt::format("weft {}\n", version()), "Print the version");
    root.footer(
        "Exit codes: 0 done; 2 wrong command line or input; others in docs/reference/cli.md.\n"
        "'weft COMMAND --help' shows examples.");
    for (const auto* const command : commands()) define_command(root, selection, *command);
}

/// Whether the parser would take a word that is meant as a value for something else.
bool looks_like_syntax(std::string_view word) {
    return (word.starts_with('[') && word.ends_with(']')) || word == "-inf";
}

/// As the parser wants them: the last word first. What is behind `--` is not an option; the parser
/// itself would stop there with commands that take any number of words.
std::vector<std::string> reverse(std::span<const std::string> args) {
    std::vector<std::string> words;
    const bool is_call = !args.empty() && args.front() == "call";
    const bool is_run = !args.empty() && args.front() == "run";  // Its words are the program's.
    bool behind_mark = false;
    for (const auto& word : args) {
        if (!is_run && !behind_mark && word == "--")
            behind_mark = true;
        else
            words.push_back(behind_mark || (is_call && looks_like_syntax(word)) ? hide(word)
                                                                                : word);
    }
    std::ranges::reverse(words);
    return words;
}

}  // namespace

Result<Selection> read_command_line(std::span<const std::string> args) {
    Selection selection;
    CLI::App root("Weft runs WebAssembly components, each allowed only what it was given.");
    define_root(root, selection);
    try {
        root.parse(reverse(args));
    } catch (const CLI::CallForHelp&) {
        const auto extras = root.remaining(true);
        // 'weft help nope' does not ask about 'weft'.
        if (!extras.empty() && !command_names(deepest(root)).empty())
            return unexpected(deepest(root), extras.front());
        selection.answer = root.help();
    } catch (const CLI::CallForVersion& asked) {
        selection.answer = asked.what();
    } catch (const CLI::ParseError& error) {
        return explain(root, error);
    }
    return selection;
}

}  // namespace weft::cli
