#pragma once

// The suite that every implementation of the engine port passes. An implementation's test file
// includes it and instantiates it with its own EngineUnderTest:
//   INSTANTIATE_TEST_SUITE_P(Fake, EnginePort, testing::Values(EngineUnderTest{"fake",
//   make_fake}));

#include "io/engine/port_fixture.h"

namespace weft::engine {

TEST_P(EnginePort, AnswersWithStatusAndContent) {
    ASSERT_EQ(component_->http_kind(), HttpKind::sequential);

    EXPECT_EQ(fetch("/ignore").value(), "200 ignored");
    EXPECT_EQ(fetch("/sleep?1").value(), "200 woke");
}

TEST_P(EnginePort, StreamsARequestBodyThrough) {
    EXPECT_EQ(run(echo(1, 10)).value(), std::to_string(4 + 10));
    EXPECT_EQ(run(echo(100, 40'000)).value(), std::to_string(4 + 100 * 40'000));
}

TEST_P(EnginePort, StreamsALargeResponse) {
    EXPECT_EQ(fetch("/big?16777216")->size(), 4U + 16'777'216U);
}

TEST_P(EnginePort, DroppingTheBodyEndsTheInstance) {
    EXPECT_EQ(run(drop_early("/big?16777216")).value(), "1 something");

    EXPECT_EQ(engine_->stats().instances, 0U);
}

TEST_P(EnginePort, CancellingACallEndsTheInstance) {
    EXPECT_EQ(run(cancel_waiting("/sleep?60000")).value(), "1 rt.cancelled");

    EXPECT_EQ(engine_->stats().instances, 0U);
}

TEST_P(EnginePort, ATrapIsAnErrorWithAStory) {
    const auto trapped = fetch("/trap");

    EXPECT_EQ(code_of(trapped), Errc::guest_trap);
    EXPECT_NE(observer_->trap, "");
    EXPECT_EQ(fetch("/ignore").value(), "200 ignored");
}

TEST_P(EnginePort, ATrapAfterTheHeadIsTheErrorOfTheBody) {
    EXPECT_EQ(code_of(fetch("/trap-late")), Errc::guest_trap);
}

TEST_P(EnginePort, NoResponseIsAnError) {
    const auto none = fetch("/none");

    EXPECT_EQ(code_of(none), Errc::failed_precondition);
    EXPECT_EQ(slug_of(none), "engine.no_response");
}

TEST_P(EnginePort, ASpinningGuestIsEndedByItsCpuBudget) {
    Limits limits;
    limits.set(Limit::cpu_time, std::chrono::milliseconds(30));

    EXPECT_EQ(code_of(fetch("/spin", limits)), Errc::exhausted);
}

TEST_P(EnginePort, ASpinningGuestIsEndedByTheDeadline) {
    EXPECT_EQ(code_of(run(fetch_before("/spin", std::chrono::milliseconds(50)))), Errc::deadline);
}

TEST_P(EnginePort, AWaitingGuestIsEndedByTheDeadline) {
    EXPECT_EQ(code_of(run(fetch_before("/sleep?60000", std::chrono::milliseconds(20)))),
              Errc::deadline);
}

TEST_P(EnginePort, ABodyThatMovesIsNotCutByTheDeadline) {
    EXPECT_EQ(run(read_late("/big?300000", std::chrono::milliseconds(250))).value(), "300000");
    EXPECT_EQ(
        run(echo_slowly(5, std::chrono::milliseconds(100), std::chrono::milliseconds(250))).value(),
        "200 5120");
}

TEST_P(EnginePort, ACallWithoutTimeLeftDoesNotStart) {
    EXPECT_EQ(code_of(run(fetch_before("/ignore", std::chrono::nanoseconds(0)))), Errc::deadline);
}

TEST_P(EnginePort, AFullPoolIsAnErrorAndNotAWait) {
    start({.instances_max = 1});

    EXPECT_EQ(run(two_at_once()).value(), "engine.pool_full");
}

TEST_P(EnginePort, AnInstanceServesManyCalls) {
    for (const auto& component : {component_, component_03()})
        EXPECT_EQ(run(in_one_instance(component, {"/ignore", "/sleep?1", "/ignore"})).value(),
                  "200 ignored, 200 woke, 200 ignored");
}

TEST_P(EnginePort, AnInstanceEndsAfterAsManyCallsAsItMayServe) {
    auto two = many;
    two.limits.set(Limit::reuse, 2);
    EXPECT_EQ(run(in_one_instance(component_03(), {"/count", "/count", "/count"}, two)).value(),
              "200 1, 200 2, engine.instance_busy");
}

TEST_P(EnginePort, AnInstanceThatTrappedTakesNoFurtherCall) {
    for (const auto& component : {component_, component_03()})
        EXPECT_EQ(run(in_one_instance(component, {"/ignore", "/trap", "/ignore"})).value(),
                  "200 ignored, engine.trap, engine.instance_busy");
}

TEST_P(EnginePort, CallsRunTogetherWhereTheComponentCan) {
    const auto together = component_03();
    EXPECT_EQ(together->http_kind(), HttpKind::concurrent);
    EXPECT_EQ(run(beside_a_sleeper(together, "/ignore")).value(), "200 ignored");
    EXPECT_EQ(run(beside_a_sleeper(component_, "/ignore")).value(), "engine.instance_busy");
}

TEST_P(EnginePort, ACallThatIsGivenUpInCompanyClosesTheInstance) {
    EXPECT_EQ(run(give_up_one_of_two()).value(), "200 woke, closed");
}

TEST_P(EnginePort, AnInstanceTellsItsOwnerWhenACallIsOver) {
    EXPECT_EQ(run(watch_one_call()).value(), "free");
}

TEST_P(EnginePort, TellsWhatTheGuestPrints) {
    ASSERT_TRUE(fetch("/print"));

    EXPECT_EQ(observer_->out, "to stdout\nno newline");
    EXPECT_EQ(observer_->err, "to stderr\n");
}

TEST_P(EnginePort, TellsOfRequestsToOtherHostsThatWereRefused) {
    for (const auto& component : {component_, component_03()}) {
        observer_->refused.clear();

        const auto denied = run(in_one_instance(component, {"/outgoing", "/outgoing"})).value();

        EXPECT_NE(denied.find("HttpRequestDenied"), std::string::npos) << denied;
        EXPECT_EQ(observer_->refused, (std::vector<std::string>{"localhost:1", "localhost:1"}));
    }
}

TEST_P(EnginePort, RefusesWhatIsNotAComponent) {
    const auto garbage = engine_->compile(as_bytes("not wasm at all"));

    ASSERT_FALSE(garbage);
    EXPECT_EQ(garbage.error().code, Errc::corrupt);
}

}  // namespace weft::engine
