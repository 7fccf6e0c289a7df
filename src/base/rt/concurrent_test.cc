#include "base/rt/concurrent.h"

#include <string>

#include <gtest/gtest.h>

#include "base/rt/sim_loop_fixture.h"
#include "base/rt/time.h"
#include "base/rt/wait_fd.h"
#include "base/rt/worker_pool.h"

namespace weft::rt {
namespace {

using namespace std::chrono_literals;

Task<void> log_after(TimePoint due, std::string name, std::vector<std::string>* log) {
    Result<void> slept = co_await sleep_until(due);
    log->push_back(name + (slept ? " done" : " cancelled"));
    co_return slept;
}

Task<void> fail_at(TimePoint due) {
    CO_CHECK(co_await sleep_until(due));
    co_return fail(Errc::internal, "test.broken", "broken");
}

Task<void> end_at_once() { co_return ok(); }

TEST(Race, TheFirstToEndWinsAndTheOthersAreCancelledAndAwaited) {
    SimLoop loop;
    std::vector<std::string> log;

    const auto winner =
        loop.run(race(log_after(TimePoint(1h), "a", &log), log_after(TimePoint(1s), "b", &log),
                      log_after(TimePoint(2s), "c", &log)));

    EXPECT_EQ(winner.value(), 1U);
    EXPECT_EQ(log[0], "b done");
    EXPECT_EQ(log.size(), 3U);
    EXPECT_EQ(loop.now(), TimePoint(1s));
}

TEST(Race, TheErrorOfTheFirstToEndIsItsError) {
    SimLoop loop;
    std::vector<std::string> log;

    const auto winner = loop.run(race(log_after(TimePoint(1h), "a", &log), fail_at(TimePoint(1s))));

    EXPECT_EQ(winner.error().slug, Slug("test.broken"));
    EXPECT_EQ(log, std::vector<std::string>{"a cancelled"});
}

TEST(Race, WhatFollowsATaskThatEndedAtOnceIsNotStarted) {
    SimLoop loop;
    std::vector<std::string> log;

    EXPECT_EQ(loop.run(race(end_at_once(), log_after(TimePoint(1s), "b", &log))).value(), 0U);
    EXPECT_TRUE(log.empty());
}

Task<void> race_both(std::vector<std::string>* log) {
    Result<std::size_t> winner =
        co_await race(log_after(TimePoint(1h), "a", log), log_after(TimePoint(2h), "b", log));
    log->push_back(winner ? "won" : "race cancelled");
    co_return ok();
}

Task<void> run_both(std::vector<std::string>* log) {
    std::vector<Task<void>> tasks;
    tasks.push_back(log_after(TimePoint(1h), "a", log));
    tasks.push_back(log_after(TimePoint(2h), "b", log));
    Result<void> all = co_await run_all(std::move(tasks));
    log->push_back(all ? "all done" : "all cancelled");
    co_return ok();
}

Task<void> close(Scope* scope) {
    co_await scope->close();
    co_return ok();
}

TEST(Race, CancelledItCancelsAllAndReturnsAfterThem) {
    SimLoop loop;
    Scope scope(&loop);
    std::vector<std::string> log;
    ASSERT_TRUE(scope.spawn(race_both(&log)));

    ASSERT_TRUE(loop.run(close(&scope)));

    ASSERT_EQ(log.size(), 3U);
    EXPECT_EQ(log.back(), "race cancelled");
    EXPECT_EQ(loop.now(), TimePoint());
}

TEST(RunAll, ReturnsAfterTheLastOne) {
    SimLoop loop;
    std::vector<std::string> log;

    EXPECT_TRUE(loop.run(run_all({})));
    EXPECT_TRUE(loop.run(run_both(&log)));

    EXPECT_EQ(log, (std::vector<std::string>{"a done", "b done", "all done"}));
    EXPECT_EQ(loop.now(), TimePoint(2h));
}

TEST(RunAll, GivesTheErrorThatCameFirstAfterAllHaveEnded) {
    SimLoop loop;
    std::vector<std::string> log;
    std::vector<Task<void>> tasks;
    tasks.push_back(log_after(TimePoint(3s), "a", &log));
    tasks.push_back(fail_at(TimePoint(1s)));

    EXPECT_EQ(loop.run(run_all(std::move(tasks))).error().slug, Slug("test.broken"));
    EXPECT_EQ(log, std::vector<std::string>{"a done"});
}

TEST(RunAll, CancelledItCancelsAllAndReturnsAfterThem) {
    SimLoop loop;
    Scope scope(&loop);
    std::vector<std::string> log;
    ASSERT_TRUE(scope.spawn(run_both(&log)));

    ASSERT_TRUE(loop.run(close(&scope)));

    ASSERT_EQ(log.size(), 3U);
    EXPECT_EQ(log.back(), "all cancelled");
    EXPECT_EQ(loop.now(), TimePoint());
}

Task<int> ask(WorkerPool* pool) {
    CO_TRY(const int got, co_await run_on(pool, []() -> Result<int> { return 7; }));
    co_return got;
}

TEST(WaitFd, ASimulationHasNoDescriptors) {
    SimLoop loop;

    EXPECT_EQ(loop.run(wait_fd(&loop, 0, Ready::read)).error().slug, Slug("rt.no_descriptors"));
}

TEST(ExecutorPool, RunsWorkInASimLoop) {
    SimLoop loop;
    ExecutorPool pool(&loop);

    EXPECT_EQ(loop.run(ask(&pool)).value(), 7);
}

}  // namespace
}  // namespace weft::rt
