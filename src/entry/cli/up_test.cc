#include "entry/cli/up.h"

#include "base/crypto/nkeys.h"
#include "entry/cli/command_fixture_test.h"

namespace weft::cli {
namespace {

class UpCommand : public CommandTest {
  protected:
    UpCommand() {
        for (const auto* name : {"app.yaml", "a.yaml", "b.yaml"}) write(name, name);
    }
    std::string account() {
        return crypto::Seed::generate(crypto::KeyKind::account, random).public_key().text();
    }
};

TEST_F(UpCommand, FillsInDefaults) {
    ASSERT_EQ(run({"up", "app.yaml"}), 0) << err;

    ASSERT_EQ(up_calls.size(), 1U);
    const auto& options = up_calls.front();
    EXPECT_EQ(options.manifests, std::vector<std::string>{"app.yaml"});
    EXPECT_EQ(options.places.data_dir, home + "/.local/share/weft");
    EXPECT_EQ(options.places.code_cache_dir, home + "/.cache/weft/code");
    EXPECT_EQ(options.trust.file, home + "/.config/weft/trust.yaml");
    EXPECT_FALSE(options.trust.file_named);
    EXPECT_EQ(options.shards, 0U);
    EXPECT_FALSE(options.detach || options.strict || options.json);
    EXPECT_EQ(options.log_level, obs::Level::info);
    EXPECT_EQ(options.log_file, "");
    EXPECT_EQ(options.log_format, std::nullopt);
    EXPECT_EQ(options.log_bytes_max, 64U << 20U);
    EXPECT_EQ(out, "");
}

TEST_F(UpCommand, PassesOnEveryOption) {
    const auto first = account();
    const auto second = account();

    ASSERT_EQ(run({"up",    "--trust",      first,    "a.yaml",       "b.yaml",   "--trust",
                   second,  "--trust-file", "t.yaml", "--data-dir",   "/d",       "--log-file",
                   "w.log", "--shards",     "1024",   "--strict",     "--detach", "--log-level",
                   "debug", "-o",           "json",   "--code-cache", "c",        "--log-format",
                   "text",  "--log-size",   "1MiB"}),
              0)
        << err;

    const auto& options = up_calls.at(0);
    EXPECT_EQ(options.manifests, (std::vector<std::string>{"a.yaml", "b.yaml"}));
    EXPECT_EQ(options.trust.keys, (std::vector<std::string>{first, second}));
    EXPECT_EQ(options.trust.file, home + "/t.yaml");
    EXPECT_TRUE(options.trust.file_named);
    EXPECT_EQ(options.places.data_dir, "/d");
    EXPECT_EQ(options.log_file, home + "/w.log");
    EXPECT_EQ(options.places.code_cache_dir, home + "/c");
    EXPECT_EQ(options.shards, 1024U);
    EXPECT_TRUE(options.strict && options.detach && options.json);
    EXPECT_EQ(options.log_level, obs::Level::debug);
    EXPECT_EQ(options.log_format, LogFormat::text);
    EXPECT_EQ(options.log_bytes_max, 1U << 20U);
}

TEST_F(UpCommand, FollowsTheXdgVariablesThatAreAbsolute) {
    variables["XDG_DATA_HOME"] = "/data";
    variables["XDG_CONFIG_HOME"] = "relative";

    ASSERT_EQ(run({"up", "app.yaml"}), 0) << err;

    EXPECT_EQ(up_calls.at(0).places.data_dir, "/data/weft");
    EXPECT_EQ(up_calls.at(0).trust.file, home + "/.config/weft/trust.yaml");
}

TEST_F(UpCommand, KeepsCompiledCodeWhereTheUserKeepsCaches) {
    variables["XDG_CACHE_HOME"] = "/caches";
    ASSERT_EQ(run({"up", "app.yaml"}), 0) << err;
    EXPECT_EQ(up_calls.back().places.code_cache_dir, "/caches/weft/code");

    ASSERT_EQ(run({"up", "app.yaml", "--no-code-cache"}), 0) << err;
    EXPECT_EQ(up_calls.back().places.code_cache_dir, "");

    variables.clear();
    ASSERT_EQ(run({"up", "app.yaml", "--data-dir", "/d", "--trust-file", "/t"}), 0) << err;
    EXPECT_EQ(up_calls.back().places.code_cache_dir, "/d/code");
}

TEST_F(UpCommand, PrintsTheErrorOfTheHost) {
    up_result = fail(Errc::unavailable, "net.port_in_use", "port '{}' is in use\x1b[2J", 8000);

    EXPECT_EQ(run({"up", "app.yaml"}), 11);
    EXPECT_EQ(err, "weft: port '8000' is in use\\x1b[2J (net.port_in_use)\n");
    EXPECT_EQ(out, "");

    EXPECT_EQ(run({"up", "app.yaml", "-o", "json"}), 11);
    EXPECT_EQ(err,
              "{\"error\":{\"code\":\"unavailable\",\"slug\":\"net.port_in_use\",\"message\":"
              "\"port '8000' is in use\\u001b[2J\"}}\n");
}

TEST_F(UpCommand, NeedsACurrentDirectoryForRelativePathsOnly) {
    current_dir.clear();

    EXPECT_EQ(run({"up", "app.yaml"}), 5);
    EXPECT_TRUE(err.ends_with("(cli.current_dir_missing)\n")) << err;
    EXPECT_EQ(run({"up", path("app.yaml")}), 0) << err;
}

struct Refusal {
    std::string name;
    std::vector<std::string> args;
    int exit_code;
    std::string slug;
};

class UpRefusal : public UpCommand, public ::testing::WithParamInterface<Refusal> {};

TEST_P(UpRefusal, StartsNothing) {
    variables.erase(GetParam().name == "no_home" ? "HOME" : "");

    EXPECT_EQ(run(GetParam().args), GetParam().exit_code);
    EXPECT_TRUE(err.starts_with("weft: ")) << err;
    EXPECT_TRUE(err.ends_with("(" + GetParam().slug + ")\n")) << err;
    EXPECT_EQ(out, "");
    EXPECT_TRUE(up_calls.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, UpRefusal,
    ::testing::Values(
        Refusal{"no_manifest", {"up"}, 2, "cli.manifest_missing"},
        Refusal{"empty_manifest", {"up", ""}, 2, "cli.path_empty"},
        Refusal{"nul_manifest", {"up", std::string("a\0b", 3)}, 2, "cli.path_has_nul"},
        Refusal{"empty_dir", {"up", "a", "--data-dir", ""}, 2, "cli.path_empty"},
        Refusal{"short_key", {"up", "a", "--trust", "AB"}, 2, "key.length_invalid"},
        Refusal{"module_key",
                {"up", "a", "--trust", "MBCFOPM6JW2APJLXJD3Z5O4CN7CPYJ2B4FTKLJUR5YR5MITIU7HD3WD5"},
                2,
                "key.kind_wrong"},
        Refusal{"two_caches",
                {"up", "a", "--code-cache", "c", "--no-code-cache"},
                2,
                "cli.code_cache_and_none"},
        Refusal{"empty_cache", {"up", "a", "--code-cache", ""}, 2, "cli.path_empty"},
        Refusal{"no_shards", {"up", "a", "--shards", "0"}, 2, "cli.number_wrong"},
        Refusal{"many_shards", {"up", "a", "--shards", "1025"}, 2, "cli.number_wrong"},
        Refusal{"text_shards", {"up", "a", "--shards", "2x"}, 2, "cli.number_wrong"},
        Refusal{"level", {"up", "a", "--log-level", "loud"}, 2, "obs.level_unknown"},
        Refusal{"format", {"up", "a", "-o", "xml"}, 2, "cli.output_unknown"},
        Refusal{"log_file_alone", {"up", "a", "--log-file", "l"}, 2, "cli.log_file_alone"},
        Refusal{"log_format", {"up", "a", "--log-format", "xml"}, 2, "cli.log_format_wrong"},
        Refusal{"log_size_alone", {"up", "a", "--log-size", "1MiB"}, 2, "cli.log_size_alone"},
        Refusal{"log_size", {"up", "a", "--detach", "--log-size", "1KiB"}, 2, "cli.log_size_wrong"},
        Refusal{"no_home", {"up", "a"}, 5, "cli.home_missing"},
        Refusal{"option", {"up", "a", "--thrust", "AB"}, 2, "cli.option_unknown"},
        Refusal{"no_value", {"up", "a", "--trust"}, 2, "cli.argument_wrong"}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace weft::cli
