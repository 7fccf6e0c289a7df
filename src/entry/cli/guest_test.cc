#include "entry/cli/guest.h"

#include <gmock/gmock.h>

#include "entry/cli/command_fixture_test.h"

namespace weft::cli {
namespace {

using engine::Directory;
using engine::Limit;
using engine::Network;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Args = std::vector<std::string>;

class GuestCommand : public CommandTest {
  protected:
    GuestCommand() {
        for (const auto* name : {"data", "a,b"}) std::filesystem::create_directory(path(name));
        write("file", "");
    }
};

TEST_F(GuestCommand, GivesAProgramNothingUnlessAsked) {
    ASSERT_EQ(run({"run", "dir/tool.wasm"}), 0) << err;

    ASSERT_EQ(run_calls.size(), 1U);
    const auto& options = run_calls.front();
    EXPECT_EQ(options.trust.file, home + "/.config/weft/trust.yaml");
    EXPECT_FALSE(options.trust.file_named);
    EXPECT_THAT(options.trust.keys, IsEmpty());
    EXPECT_EQ(options.places.data_dir, home + "/.local/share/weft");
    EXPECT_EQ(options.places.code_cache_dir, home + "/.cache/weft/code");
    EXPECT_FALSE(options.quiet);
    const auto& guest = options.guest;
    EXPECT_EQ(guest.path, home + "/dir/tool.wasm");
    EXPECT_FALSE(guest.may_be_unsigned);
    for (const auto limit : {Limit::memory, Limit::cpu_time, Limit::deadline})
        EXPECT_FALSE(guest.limits.is_set(limit));
    EXPECT_THAT(guest.wasi.arguments, ElementsAre("tool.wasm"));
    EXPECT_THAT(guest.wasi.environment, IsEmpty());
    EXPECT_THAT(guest.wasi.directories, IsEmpty());
    EXPECT_TRUE(guest.wasi.network.reaches_nothing());
    EXPECT_EQ(guest.wasi.console, engine::Console::process);
    EXPECT_EQ(guest.wasi.waiting, engine::Waiting::in_place);
}

TEST_F(GuestCommand, GivesAProgramWhatItIsAskedFor) {
    ASSERT_EQ(run({"run",
                   "--dir",
                   "data::/d",
                   "--dir",
                   "a,b::.:ro",
                   "--env",
                   "A=b=c,d",
                   "--env",
                   "E=",
                   "--allow-net",
                   "10.0.0.0/8,[::1]:80",
                   "--memory",
                   "32MiB",
                   "--cpu-time",
                   "200ms",
                   "--deadline",
                   "5s",
                   "--unsigned",
                   "--no-code-cache",
                   "--no-code-cache",
                   "--quiet",
                   "--trust-file",
                   "t.yaml",
                   "tool.wasm"}),
              0)
        << err;

    const auto& options = run_calls.at(0);
    EXPECT_EQ(options.trust.file, home + "/t.yaml");
    EXPECT_TRUE(options.trust.file_named && options.quiet);
    EXPECT_EQ(options.places.code_cache_dir, "");
    const auto& guest = options.guest;
    const auto& wasi = guest.wasi;
    ASSERT_EQ(wasi.directories.size(), 2U);
    EXPECT_EQ(wasi.directories[0].host, home + "/data");
    EXPECT_EQ(wasi.directories[0].guest, "/d");
    EXPECT_EQ(wasi.directories[0].access, Directory::Access::read_write);
    EXPECT_EQ(wasi.directories[1].host, home + "/a,b");
    EXPECT_EQ(wasi.directories[1].guest, ".");
    EXPECT_EQ(wasi.directories[1].access, Directory::Access::read);
    EXPECT_THAT(wasi.environment, ElementsAre(Pair("A", "b=c,d"), Pair("E", "")));
    EXPECT_EQ(wasi.network.reach, Network::Reach::listed);
    ASSERT_EQ(wasi.network.listed.size(), 2U);
    EXPECT_EQ(wasi.network.listed[0].bits, 8);
    EXPECT_EQ(wasi.network.listed[1].port, 80);
    EXPECT_EQ(guest.limits[Limit::memory], 32U << 20U);
    EXPECT_EQ(guest.limits.time(Limit::cpu_time), std::chrono::milliseconds(200));
    EXPECT_EQ(guest.limits.time(Limit::deadline), std::chrono::seconds(5));
    EXPECT_EQ(wasi.waiting, engine::Waiting::elsewhere) << "a deadline could not end it";
    EXPECT_TRUE(guest.may_be_unsigned);
}

TEST_F(GuestCommand, TakesDirectoriesAndVariablesAsOtherRuntimesDo) {
    variables["SET"] = "yes";

    ASSERT_EQ(run({"run", "--dir", "data", "--dir", "./data:ro", "--dir", "data::/d", "--env",
                   "SET", "--env", "UNSET", "--env", "SET=no", "tool.wasm"}),
              0)
        << err;

    const auto& wasi = run_calls.at(0).guest.wasi;
    ASSERT_EQ(wasi.directories.size(), 3U);
    EXPECT_EQ(wasi.directories[0].host, home + "/data");
    EXPECT_EQ(wasi.directories[0].guest, "data");
    EXPECT_EQ(wasi.directories[0].access, Directory::Access::read_write);
    EXPECT_EQ(wasi.directories[1].host, home + "/./data");
    EXPECT_EQ(wasi.directories[1].guest, "./data");
    EXPECT_EQ(wasi.directories[1].access, Directory::Access::read);
    EXPECT_EQ(wasi.directories[2].guest, "/d");
    EXPECT_THAT(wasi.environment, ElementsAre(Pair("SET", "yes"), Pair("SET", "no")));
}

TEST_F(GuestCommand, ReadsTheFileFromTheStandardInput) {
    ASSERT_EQ(run({"run", "--unsigned", "-", "word"}), 0) << err;

    EXPECT_EQ(run_calls.at(0).guest.path, "/dev/stdin");
    EXPECT_THAT(run_calls.at(0).guest.wasi.arguments, ElementsAre("stdin", "word"));
}

TEST_F(GuestCommand, SaysHowARefusedFileCouldRun) {
    const auto message_of = [this](Slug slug, const Args& args) {
        run_result = Failure(Error{Errc::unauthenticated, slug, "no"});
        up_result = Failure(Error{Errc::unauthenticated, slug, "no"});
        EXPECT_EQ(run(args), 7);
        return err.substr(0, err.find(" ("));
    };
    const Slug no_token("claims.unsigned");
    const Slug no_trust("claims.issuer_unknown");

    EXPECT_EQ(message_of(no_token, {"run", "a.wasm"}),
              "weft: no; or run it unsigned, this time: weft run --unsigned a.wasm");
    EXPECT_EQ(message_of(no_token, {"serve", "a.wasm"}),
              "weft: no; or run it unsigned, this time: weft serve --unsigned a.wasm");
    EXPECT_EQ(message_of(no_token, {"run", "a.wasm", "--unsigned"}),
              "weft: no; '--unsigned' stands behind the file, where words belong to the program; "
              "put it before: weft run --unsigned a.wasm");
    EXPECT_EQ(message_of(no_trust, {"run", "a.wasm", "--trust", "KEY"}),
              "weft: no; '--trust' stands behind the file, where words belong to the program; put "
              "it before: weft run --trust KEY a.wasm");
    EXPECT_EQ(message_of(no_trust, {"run", "a.wasm", "--unsigned"}), "weft: no");
    EXPECT_EQ(message_of(no_trust, {"run", "a.wasm"}), "weft: no");
}

TEST_F(GuestCommand, NeedsNoHome) {
    variables.clear();

    for (const char* command : {"run", "serve"}) {
        ASSERT_EQ(run({command, "--unsigned", "tool.wasm"}), 0) << err;
        EXPECT_EQ(run({command, "--code-cache", "c", "tool.wasm"}), 5) << "its key has no place";
        EXPECT_FALSE(err.contains("--data-dir")) << "an option that it does not have: " << err;
    }

    EXPECT_EQ(run_calls.at(0).trust.file, "");
    EXPECT_EQ(run_calls.at(0).places.code_cache_dir, "");
    EXPECT_EQ(up_calls.at(0).places.data_dir, "");
}

TEST_F(GuestCommand, OpensTheWholeNetworkForAStar) {
    ASSERT_EQ(run({"run", "--allow-net", "10.0.0.1", "--allow-net", "*", "tool.wasm"}), 0) << err;

    EXPECT_EQ(run_calls.at(0).guest.wasi.network.reach, Network::Reach::all);
}

TEST_F(GuestCommand, LeavesWhatFollowsTheFileToTheProgram) {
    for (const Args& words : std::vector<Args>{{"--env", "X=1"},
                                               {"-o", "json"},
                                               {"--help"},
                                               {"--", "--version", "-h"},
                                               {"up", "run", ""},
                                               {"--no-such-option", "-z"}}) {
        Args args = {"run", "--env", "A=1", "tool.wasm"};
        args.insert(args.end(), words.begin(), words.end());
        ASSERT_EQ(run(args), 0) << err;

        auto expected = words;
        expected.insert(expected.begin(), "tool.wasm");
        const auto& wasi = run_calls.back().guest.wasi;
        EXPECT_EQ(wasi.arguments, expected);
        EXPECT_THAT(wasi.environment, ElementsAre(Pair("A", "1")));
        EXPECT_EQ(out, "");
    }
}

TEST_F(GuestCommand, EndsWithTheExitCodeOfTheProgram) {
    run_result = 33;
    EXPECT_EQ(run({"run", "tool.wasm"}), 33);
    EXPECT_EQ(out + err, "");
}

TEST_F(GuestCommand, SaysHowAProgramDied) {
    run_result = fail(Errc::guest_trap, "engine.trap", "the component trapped: {}", "unreachable");
    while_running = [](const Console& console) {
        console.warn("run.unsigned", "nobody vouches for it");
        console.explain("0: f\x1b[2J\n1: g");
    };

    EXPECT_EQ(run({"run", "tool.wasm"}), 14);
    EXPECT_EQ(err,
              "weft: warning: nobody vouches for it (run.unsigned)\n0: f\\x1b[2J\n1: g\nweft: the "
              "component trapped: unreachable (engine.trap)\n");

    EXPECT_EQ(run({"run", "-o", "json", "tool.wasm"}), 14);
    EXPECT_EQ(err,
              "{\"warning\":{\"slug\":\"run.unsigned\",\"message\":\"nobody vouches for it\"}}\n"
              "{\"error\":{\"code\":\"guest_trap\",\"slug\":\"engine.trap\",\"message\":"
              "\"the component trapped: unreachable\"}}\n");
}

TEST_F(GuestCommand, ServesOneFileAsUpWould) {
    ASSERT_EQ(run({"serve", "dir/hello.wasm"}), 0) << err;

    ASSERT_EQ(up_calls.size(), 1U);
    const auto& options = up_calls.front();
    EXPECT_THAT(options.manifests, IsEmpty());
    EXPECT_EQ(options.places.data_dir, home + "/.local/share/weft");
    EXPECT_EQ(options.places.code_cache_dir, home + "/.cache/weft/code");
    EXPECT_EQ(options.trust.file, home + "/.config/weft/trust.yaml");
    EXPECT_EQ(options.shards, 0U);
    EXPECT_EQ(options.log_level, obs::Level::info);
    EXPECT_FALSE(options.json || options.detach);
    ASSERT_TRUE(options.served);
    EXPECT_EQ(options.served->address, "127.0.0.1:8000");
    EXPECT_EQ(options.served->guest.id, "hello.wasm");
    EXPECT_EQ(options.served->guest.path, home + "/dir/hello.wasm");
    EXPECT_EQ(options.served->guest.wasi.console, engine::Console::observer);
    EXPECT_EQ(options.served->guest.wasi.waiting, engine::Waiting::elsewhere);
    EXPECT_THAT(options.served->guest.wasi.arguments, IsEmpty());
    EXPECT_EQ(options.served->guest.wasi.network.reach, Network::Reach::none);
}

TEST_F(GuestCommand, ServesWithEveryOption) {
    ASSERT_EQ(run({"serve", "hello.wasm", "--addr", "[::1]:0", "--shards", "2", "--log-level",
                   "warn", "-o", "json", "--env", "A=1", "--dir", ".::/", "--unsigned"}),
              0)
        << err;

    const auto& options = up_calls.at(0);
    EXPECT_EQ(options.shards, 2U);
    EXPECT_EQ(options.log_level, obs::Level::warn);
    EXPECT_TRUE(options.json);
    EXPECT_EQ(options.served->address, "[::1]:0");
    EXPECT_TRUE(options.served->guest.may_be_unsigned);
    EXPECT_THAT(options.served->guest.wasi.environment, ElementsAre(Pair("A", "1")));
}

struct Refusal {
    std::string name;
    Args args;
    int exit_code;
    std::string slug;
};

class GuestRefusal : public CommandTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(GuestRefusal, IsASentenceAndStartsNothing) {
    EXPECT_EQ(run(GetParam().args), GetParam().exit_code);

    EXPECT_THAT(err, HasSubstr("(" + GetParam().slug + ")\n"));
    EXPECT_EQ(out, "");
    EXPECT_TRUE(up_calls.empty() && run_calls.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, GuestRefusal,
    ::testing::Values(
        Refusal{"no_file", {"run"}, 2, "cli.argument_missing"},
        Refusal{"no_file_served", {"serve"}, 2, "cli.argument_missing"},
        Refusal{"two_files_served", {"serve", "a", "b"}, 2, "cli.argument_unexpected"},
        Refusal{"empty_file", {"run", ""}, 2, "cli.path_empty"},
        Refusal{"dir_missing", {"run", "--dir", "nowhere", "a"}, 3, "file.not_found"},
        Refusal{"dir_is_a_file", {"run", "--dir", "/dev/null::/", "a"}, 2, "file.not_directory"},
        Refusal{"dir_with_empty_name", {"run", "--dir", "/data::", "a"}, 2, "cli.dir_wrong"},
        Refusal{"dir_with_mode_only", {"run", "--dir", "/data:::ro", "a"}, 2, "cli.dir_wrong"},
        Refusal{"dir_without_host", {"run", "--dir", "::/d", "a"}, 2, "cli.path_empty"},
        Refusal{"env_without_name", {"run", "--env", "=x", "a"}, 2, "cli.env_wrong"},
        Refusal{"net_by_name", {"run", "--allow-net", "localhost", "a"}, 2, "net.range_invalid"},
        Refusal{"memory_too_small", {"run", "--memory", "1KiB", "a"}, 2, "cli.memory_wrong"},
        Refusal{"memory_too_large", {"run", "--memory", "5GiB", "a"}, 2, "cli.memory_wrong"},
        Refusal{"memory_no_size", {"run", "--memory", "much", "a"}, 2, "units.size_invalid"},
        Refusal{"time_no_unit", {"run", "--deadline", "5", "a"}, 2, "units.duration_invalid"},
        Refusal{"cpu_no_unit", {"serve", "--cpu-time", "5", "a"}, 2, "units.duration_invalid"},
        Refusal{"cache_and_none",
                {"run", "--code-cache", "c", "--no-code-cache", "a"},
                2,
                "cli.code_cache_and_none"},
        Refusal{"addr", {"serve", "--addr", "here", "a"}, 2, "net.address_invalid"},
        Refusal{"shards", {"serve", "--shards", "0", "a"}, 2, "cli.number_wrong"},
        Refusal{"level", {"serve", "--log-level", "loud", "a"}, 2, "obs.level_unknown"},
        Refusal{"key", {"run", "--trust", "KEY", "a"}, 2, "key.length_invalid"}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace weft::cli
