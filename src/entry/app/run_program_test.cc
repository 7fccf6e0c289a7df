#include "entry/app/run_program.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/engine/fake/fake_engine.h"

namespace weft::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class RunCode : public testing::Test {
  protected:
    RunCode() {
        engine_.add("program", engine::fake::test_program());
        engine_.add("service", engine::fake::test_guest());
        options_.guest.path = "/tools/program.wasm";
        environment_.err = [this](std::string_view text) { err_ += text; };
    }
    Result<int> run(std::vector<std::string> words, std::string_view code = "program") {
        words.insert(words.begin(), "program.wasm");
        options_.guest.wasi.arguments = std::move(words);
        const cli::Console console(environment_, cli::Format::text);
        return run_code(&engine_, as_bytes(code), options_, console);
    }
    std::string slug(std::vector<std::string> words, std::string_view code = "program") {
        const auto result = run(std::move(words), code);
        return result ? "" : std::string(result.error().slug.text());
    }

    engine::fake::FakeEngine engine_;
    cli::RunOptions options_;
    cli::Environment environment_;
    std::string err_;
};

TEST_F(RunCode, GivesTheExitCode) {
    EXPECT_EQ(run({"exit", "0"}).value(), 0);
    EXPECT_EQ(run({"exit", "33"}).value(), 33);
    EXPECT_EQ(engine_.stats().instances, 0U);
}

TEST_F(RunCode, TellsOfATrap) { EXPECT_EQ(slug({"abort"}), "engine.trap"); }

TEST_F(RunCode, WarnsOnceOfRequestsThatWereRefused) {
    EXPECT_EQ(run({"outgoing", "example.com:443"}).value(), 0);

    EXPECT_THAT(err_, HasSubstr("example.com:443"));
    EXPECT_THAT(err_, HasSubstr("run.outgoing_http_refused"));
    EXPECT_EQ(std::ranges::count(err_, '\n'), 1);
}

TEST_F(RunCode, SaysNothingOfThemWhenItShallBeQuiet) {
    options_.quiet = true;

    EXPECT_EQ(run({"outgoing", "example.com:443"}).value(), 0);

    EXPECT_EQ(err_, "");
}

TEST_F(RunCode, HoldsTheProgramToItsTime) {
    options_.guest.limits.set(engine::Limit::deadline, 20ms);
    EXPECT_EQ(slug({"sleep", "60000"}), "engine.deadline");

    options_.guest.limits = {{engine::Limit::cpu_time, 20ms}};
    EXPECT_EQ(slug({"spin"}), "engine.cpu_budget");
}

TEST_F(RunCode, RefusesWhatIsNoProgramAndSaysWhatToDo) {
    const auto refused = run({}, "service");

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unsupported);
    EXPECT_EQ(refused.error().slug.text(), "app.not_program");
    EXPECT_THAT(refused.error().message, HasSubstr("weft serve"));
}

TEST_F(RunCode, NamesTheFileThatDoesNotCompile) {
    const auto refused = run({}, "garbage");

    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("'/tools/program.wasm'"));
}

}  // namespace
}  // namespace weft::app
