// What holds for every command; each test walks the list.
#include "entry/cli/commands.h"

#include <algorithm>
#include <set>

#include "base/core/errc.h"
#include "entry/cli/command_fixture_test.h"
#include "entry/cli/command_line.h"

namespace weft::cli {
namespace {

using Args = std::vector<std::string>;
using Lines = std::vector<std::string>;

Lines split_lines(const std::string& text) {
    std::istringstream stream(text);
    Lines lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

/// The words of `command`, then `more`.
Args words_of(const Command& command, const Args& more = {}) {
    std::istringstream path{std::string(command.path)};
    Args words{std::istream_iterator<std::string>(path), {}};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// The command lines of the examples as a shell reads them: quotes, and lines joined by a
/// backslash.
std::vector<Args> read_examples(std::string_view text) {
    std::vector<Args> out(1);
    std::string word;
    bool quoted = false;
    const auto end_word = [&] {
        if (!word.empty()) out.back().push_back(std::exchange(word, ""));
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\'')
            quoted = !quoted;
        else if (text.substr(i).starts_with("\\\n"))
            ++i;
        else if (quoted || (c != ' ' && c != '\n'))
            word += c;
        else
            end_word();
        if (c == '\n' && !quoted) out.emplace_back();
    }
    end_word();
    return out;
}

/// The texts in backticks of one cell.
std::vector<std::string> code_in(const std::string& cell) {
    std::vector<std::string> out;
    for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
        const auto end = cell.find('`', at + 1);
        out.push_back(cell.substr(at + 1, end - at - 1));
        at = end;
    }
    return out;
}

/// The rows of the table below a heading, as cells.
std::vector<Lines> read_table(const std::string& manual, const std::string& heading) {
    std::vector<Lines> rows;
    bool inside = false;
    for (const auto& line : split_lines(manual)) {
        if (line.starts_with("## ")) inside = line == "## " + heading;
        if (!inside || !line.starts_with("| ") || line.starts_with("| ---")) continue;
        std::istringstream stream(line.substr(1));
        Lines cells;
        for (std::string cell; std::getline(stream, cell, '|');) cells.push_back(cell);
        rows.push_back(cells);
    }
    rows.erase(rows.begin());  // The head.
    return rows;
}

class Commands : public CommandTest {
  protected:
    Commands() {
        std::ostringstream content;
        content << std::ifstream(WEFT_SOURCE_DIR "/docs/reference/cli.md").rdbuf();
        manual = content.str();
    }

    /// What `--help` says.
    std::string help_of(const Command& command) {
        EXPECT_EQ(run(words_of(command, {"--help"})), 0) << err;
        EXPECT_EQ(err, "");
        return out;
    }

    std::string manual;
};

TEST_F(Commands, ManualNamesThemAndNoOthers) {
    std::set<std::string> there;
    for (const auto* command : commands()) there.insert(std::string(command->path));
    std::set<std::string> described;
    for (const auto& row : read_table(manual, "Commands")) {
        // `weft keys gen KIND`
        auto text = code_in(row.at(0)).at(0).substr(5);
        const auto argument =
            std::ranges::find_if(text, [](char c) { return c < 'a' && c != ' '; });
        text.erase(argument, text.end());
        described.insert(text.substr(0, text.find_last_not_of(' ') + 1));
    }

    EXPECT_EQ(there, described);
}

TEST_F(Commands, ManualNamesTheirOptionsAndNoOthers) {
    std::set<std::string> there;
    for (const auto* command : commands())
        for (const auto& line : split_lines(help_of(*command))) {
            const auto at = line.find("--");
            if (!line.starts_with("  -") || at == std::string::npos) continue;
            const auto option = line.substr(at, line.find(' ', at) - at);
            if (option != "--help" && option != "--output")
                there.insert(std::string(command->path) + " " + option);
        }
    std::set<std::string> described;
    Lines of;
    for (const auto& row : read_table(manual, "Options")) {
        if (auto named = code_in(row.at(0)); !named.empty()) of = named;
        for (const auto& option : code_in(row.at(1)))
            if (option.starts_with("--"))
                for (const auto& command : of)
                    described.insert(command + " " + option.substr(0, option.find(' ')));
    }

    EXPECT_EQ(there, described);
}

TEST_F(Commands, ManualHasEveryExitCode) {
    for (const auto& row : errc_table())
        EXPECT_TRUE(manual.contains(fmt::format("| {} | `{}` |", row.exit_code, row.name)))
            << row.name;
}

TEST_F(Commands, HelpShowsTheSummaryAndTheExamples) {
    for (const auto* command : commands()) {
        const auto text = help_of(*command);
        EXPECT_TRUE(text.starts_with(command->summary)) << text;
        EXPECT_TRUE(text.contains(fmt::format("Examples:\n{}", command->examples))) << text;

        auto other = words_of(*command);
        other.insert(other.begin(), "help");
        ASSERT_EQ(run(other), 0) << err;
        EXPECT_EQ(out, text);
    }
}

TEST_F(Commands, HelpOfTheProgramAndOfGroupsNamesThem) {
    for (const auto* command : commands()) {
        auto words = words_of(*command);
        const auto name = words.back();
        words.back() = "--help";
        ASSERT_EQ(run(words), 0) << err;
        EXPECT_TRUE(out.contains("\n  " + name + " ")) << out;
        EXPECT_TRUE(out.contains(command->summary)) << out;
    }
    for (const auto& group : groups()) {
        ASSERT_EQ(run({"--help"}), 0) << err;
        EXPECT_TRUE(out.contains(fmt::format("\n  {} ", group.name))) << out;
        EXPECT_TRUE(out.contains(group.summary)) << out;
    }
}

TEST_F(Commands, ExamplesAreCommandLinesOfTheirCommand) {
    for (const auto* command : commands()) {
        const auto examples = read_examples(command->examples);
        EXPECT_FALSE(examples.empty()) << command->path;
        for (const auto& example : examples) {
            const auto path = words_of(*command);
            ASSERT_GT(example.size(), path.size()) << command->path;
            EXPECT_EQ(example.front(), "weft");
            EXPECT_TRUE(std::equal(path.begin(), path.end(), example.begin() + 1)) << command->path;
            const auto read = read_command_line(std::span(example).subspan(1));
            ASSERT_TRUE(read) << read.error().message;
            EXPECT_TRUE(read->action);
        }
    }
}

TEST_F(Commands, ReportAWrongCommandLineAsJsonWithItsExitCode) {
    for (const auto* command : commands()) {
        const auto json = command->json == JsonOption::json ? Args{"--json"} : Args{"-o", "json"};
        auto words = words_of(*command, json);
        words.emplace_back("--no-such-option");

        EXPECT_EQ(run(words), errc_row(Errc::invalid_argument).exit_code);

        const auto error = codec::parse_json(err.substr(0, err.size() - 1));
        ASSERT_TRUE(error) << err;
        EXPECT_EQ(error->find("error")->get_string("slug").value(), "cli.option_unknown") << err;
        EXPECT_EQ(out, "");
    }
}

}  // namespace
}  // namespace weft::cli
