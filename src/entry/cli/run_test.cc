#include "entry/cli/run.h"

#include <fmt/format.h>

#include "entry/cli/command_fixture_test.h"

namespace weft::cli {
namespace {

using CommandLine = CommandTest;
using Args = std::vector<std::string>;

TEST_F(CommandLine, PrintsTheVersions) {
    ASSERT_EQ(run({"version"}), 0) << err;
    const auto text = out;
    ASSERT_EQ(run({"--version"}), 0) << err;
    EXPECT_TRUE(out.starts_with("weft 0.") || out.starts_with("weft 1.")) << out;
    EXPECT_TRUE(text.starts_with(out)) << text;

    ASSERT_EQ(run({"version", "-o", "json"}), 0) << err;
    const auto json = out_json();
    const auto& engine = *json.find("engine");
    EXPECT_EQ(text,
              fmt::format("weft {}\ncommit  {}\nengine  {} {}\nwasi    {}\n",
                          json.get_string("version").value(), json.get_string("commit").value(),
                          engine.get_string("name").value(), engine.get_string("version").value(),
                          fmt::join(json.get_strings("wasi").value(), ", ")));
    EXPECT_NE(engine.get_string("version").value(), "");
    EXPECT_NE(json.get_string("commit").value(), "");
}

TEST_F(CommandLine, HelpOfWhatIsNotThereIsAnError) {
    EXPECT_EQ(run({"help", "nope"}), 2);
    EXPECT_EQ(err, "weft: unknown command 'weft nope'; see 'weft --help' (cli.command_unknown)\n");
    EXPECT_EQ(out, "");
    EXPECT_EQ(run({"help", "keys", "lists"}), 2);
    EXPECT_TRUE(err.contains("did you mean 'list'")) << err;
    EXPECT_EQ(run({"help", "keys", "gen"}), 0) << err;
    EXPECT_EQ(run({"keys", "--help"}), 0) << err;
}

struct Wrong {
    std::string name;
    Args args;
    std::string line;
};

class WrongCommandLine : public CommandTest, public ::testing::WithParamInterface<Wrong> {};

TEST_P(WrongCommandLine, IsRefusedInOneSentence) {
    EXPECT_EQ(run(GetParam().args), 2);
    EXPECT_EQ(err, "weft: " + GetParam().line + "\n");
    EXPECT_EQ(out, "");
    EXPECT_TRUE(up_calls.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongCommandLine,
    ::testing::Values(
        Wrong{"nothing",
              {},
              "'weft' needs a command: up, run, serve, call, keys, claims, app, inspect, trust, "
              "doctor, version; see 'weft --help' (cli.command_missing)"},
        Wrong{"group",
              {"keys"},
              "'weft keys' needs a command: gen, list, get; see 'weft keys --help' "
              "(cli.command_missing)"},
        Wrong{"command",
              {"claim"},
              "unknown command 'weft claim'; did you mean 'claims'? (cli.command_unknown)"},
        Wrong{"command_unlike",
              {"xyzzy"},
              "unknown command 'weft xyzzy'; see 'weft --help' (cli.command_unknown)"},
        Wrong{"subcommand",
              {"trust", "lst"},
              "unknown command 'weft trust lst'; did you mean 'list'? (cli.command_unknown)"},
        Wrong{"empty", {""}, "unknown command 'weft '; see 'weft --help' (cli.command_unknown)"},
        Wrong{"option",
              {"up", "a.yaml", "--strickt=1"},
              "unknown option '--strickt' of 'weft up'; did you mean '--strict'? "
              "(cli.option_unknown)"},
        Wrong{"short_option",
              {"up", "a.yaml", "-z"},
              "unknown option '-z' of 'weft up'; see 'weft up --help' (cli.option_unknown)"},
        Wrong{"too_many",
              {"keys", "gen", "account", "user"},
              "'user' is one argument too many for 'weft keys gen'; see 'weft keys gen --help' "
              "(cli.argument_unexpected)"},
        Wrong{"too_few",
              {"keys", "get"},
              "'weft keys get' needs KEY; see 'weft keys get --help' (cli.argument_missing)"},
        Wrong{"hostile",
              {"\x1b[2J\xff"},
              "unknown command 'weft \\x1b[2J\\xff'; see 'weft --help' (cli.command_unknown)"}),
    [](const auto& param) { return param.param.name; });

TEST_F(CommandLine, ErrorsGoToProgramsAsJson) {
    for (const auto& args : std::vector<Args>{{"keys", "get", "-o", "json"},
                                              {"keys", "get", "-ojson"},
                                              {"keys", "get", "--output", "json"},
                                              {"keys", "get", "--output=json"},
                                              {"claims", "sign", "--json"}}) {
        EXPECT_EQ(run(args), 2);
        const auto json = codec::parse_json(err.substr(0, err.size() - 1));
        ASSERT_TRUE(json) << err;
        EXPECT_EQ(json->find("error")->get_string("code").value(), "invalid_argument");
        EXPECT_EQ(json->find("error")->get_string("slug").value(), "cli.argument_missing");
        EXPECT_EQ(out, "");
    }
}

TEST_F(CommandLine, LongArgumentsAreCut) {
    EXPECT_EQ(run({std::string(100'000, 'x')}), 2);
    EXPECT_LT(err.size(), 70'000U);
}

}  // namespace
}  // namespace weft::cli
