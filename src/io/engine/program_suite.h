#pragma once

// The part of the port's suite that is about programs. An implementation's test file instantiates
// EnginePrograms as it does EnginePort.

#include "io/engine/port_fixture.h"

namespace weft::engine {

class EnginePrograms : public EnginePort {
  protected:
    void start_program(const EngineConfig& config) {
        const auto made = GetParam().set_up(config);
        engine_ = made.engine;
        auto compiled = engine_->compile(made.test_program);
        ASSERT_TRUE(compiled) << compiled.error().message;
        program_ = *compiled;
    }
    void SetUp() override { start_program({}); }

    /// The test program, told to do this.
    std::shared_ptr<const Component> told(std::vector<std::string> words,
                                          WasiContext context = {}) {
        words.insert(words.begin(), "program");
        context.arguments = std::move(words);
        auto placed = program_->with_context(context);
        EXPECT_TRUE(placed) << placed.error().message;
        return *placed;
    }

    rt::Task<std::string> exit_of(std::shared_ptr<const Component> program, Limits limits,
                                  rt::CallCtx ctx) {
        CO_TRY(const int code, co_await program->run_command(ctx, limits, observer_));
        co_return std::to_string(code);
    }
    Result<std::string> exit_of(std::shared_ptr<const Component> program, Limits limits = {}) {
        return run(exit_of(std::move(program), limits, rt::CallCtx{}));
    }

    rt::Task<std::string> exit_before(std::shared_ptr<const Component> program, Duration time) {
        rt::CallCtx ctx;
        ctx.deadline = thread_.shard().now() + time;
        return exit_of(std::move(program), Limits{}, ctx);
    }

    /// Starts a program and gives it up once its instance is alive.
    rt::Task<std::string> cancel_running(std::shared_ptr<const Component> program) {
        rt::Scope inner(&thread_.shard());
        std::string outcome;
        CO_CHECK(inner.spawn(note(exit_of(program, Limits{}, rt::CallCtx{}), &outcome)));
        while (engine_->stats().instances == 0) {
            CO_CHECK(
                co_await rt::sleep_until(thread_.shard().now() + std::chrono::milliseconds(1)));
        }
        co_await inner.close();
        co_return outcome + " " + std::to_string(engine_->stats().instances);
    }

    rt::Task<std::string> two_programs_at_once() {
        rt::Scope inner(&thread_.shard());
        std::string first;
        CO_CHECK(
            inner.spawn(note(exit_of(told({"sleep", "60000"}), Limits{}, rt::CallCtx{}), &first)));
        while (engine_->stats().instances == 0) {
            CO_CHECK(
                co_await rt::sleep_until(thread_.shard().now() + std::chrono::milliseconds(1)));
        }
        Result<std::string> second = co_await exit_of(told({"exit", "0"}), Limits{}, rt::CallCtx{});
        co_await inner.close();
        co_return second ? *second : std::string(second.error().slug.text());
    }

    std::shared_ptr<const Component> program_;
};

TEST_P(EnginePrograms, GiveTheirExitCode) {
    EXPECT_NE(program_->command_kind(), CommandKind::none);
    EXPECT_EQ(program_->http_kind(), HttpKind::none);

    EXPECT_EQ(exit_of(told({"exit", "0"})).value(), "0");
    EXPECT_EQ(exit_of(told({"exit", "33"})).value(), "33");
    EXPECT_EQ(exit_of(told({"sleep", "1"})).value(), "0");
}

TEST_P(EnginePrograms, SeeTheirWorldAndNothingElse) {
    WasiContext context;
    context.environment = {{"NAME", "value"}};

    EXPECT_EQ(exit_of(told({"environment"}, context)).value(), "0");
    EXPECT_EQ(exit_of(told({"arguments", "a b"})).value(), "0");
    EXPECT_EQ(exit_of(told({"environment"})).value(), "0");

    EXPECT_EQ(observer_->out, "NAME=value\nprogram\narguments\na b\n");
}

TEST_P(EnginePrograms, SayWhatTheyPrint) {
    EXPECT_EQ(exit_of(told({"complain", "loudly"})).value(), "0");

    EXPECT_EQ(observer_->err, "loudly");
}

TEST_P(EnginePrograms, ThatTrapAreAnErrorWithAStory) {
    EXPECT_EQ(code_of(exit_of(told({"abort"}))), Errc::guest_trap);

    EXPECT_NE(observer_->trap, "");
}

TEST_P(EnginePrograms, ThatSpinAreEndedByTheirCpuBudget) {
    Limits limits;
    limits.set(Limit::cpu_time, std::chrono::milliseconds(20));

    EXPECT_EQ(code_of(exit_of(told({"spin"}), limits)), Errc::exhausted);
}

TEST_P(EnginePrograms, AreEndedByTheirDeadline) {
    for (const auto& words : std::vector<std::vector<std::string>>{{"spin"}, {"sleep", "60000"}})
        EXPECT_EQ(code_of(run(exit_before(told(words), std::chrono::milliseconds(20)))),
                  Errc::deadline);
    EXPECT_EQ(code_of(run(exit_before(told({"exit", "0"}), Duration(0)))), Errc::deadline);
}

TEST_P(EnginePrograms, AreEndedByCancelling) {
    EXPECT_EQ(run(cancel_running(told({"spin"}))).value(), "rt.cancelled 0");
    EXPECT_EQ(run(cancel_running(told({"sleep", "60000"}))).value(), "rt.cancelled 0");
}

TEST_P(EnginePrograms, CountAsInstances) {
    start_program({.instances_max = 1});

    EXPECT_EQ(run(two_programs_at_once()).value(), "engine.pool_full");
}

TEST_P(EnginePrograms, AreNoHttpComponentsNorTheOtherWayRound) {
    const auto made = GetParam().set_up({});
    component_ = program_;
    EXPECT_EQ(slug_of(fetch("/ignore")), "engine.no_http_handler");

    const auto http = made.engine->compile(made.test_guest).value();
    EXPECT_EQ(http->command_kind(), CommandKind::none);
    EXPECT_EQ(slug_of(exit_of(http)), "engine.no_command");
}

}  // namespace weft::engine
