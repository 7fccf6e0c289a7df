#include "base/rt/task.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/rt/one_shot.h"
#include "base/rt/scope.h"
#include "base/rt/sim_loop_fixture.h"
#include "base/rt/time.h"

namespace weft::rt {
namespace {

using namespace std::chrono_literals;

Task<int> add(int a, int b) { co_return a + b; }

Task<int> add_later(SimLoop* loop, Duration wait, int a, int b) {
    CO_CHECK(co_await sleep_until(loop->now() + wait));
    CO_TRY(const int sum, co_await add(a, b));
    co_return sum;
}

Task<int> refuse() { co_return fail(Errc::denied, "test.refused", "no"); }

Task<int> pass_refusal_on() {
    CO_TRY(const int value, (co_await refuse()).context("asking"));
    co_return value;
}

TEST(Task, GivesTheValueOfNestedTasks) {
    SimLoop loop;

    EXPECT_EQ(loop.run(add_later(&loop, 3s, 20, 22)).value(), 42);
    EXPECT_EQ(loop.now(), TimePoint(3s));
}

TEST(Task, PassesAnErrorUpwards) {
    SimLoop loop;

    const auto refused = loop.run(pass_refusal_on());

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "asking: no");
}

TEST(Task, NotAwaitedNeverRuns) {
    bool ran = false;
    struct Mark {
        static Task<void> set(bool* flag) {
            *flag = true;
            co_return ok();
        }
    };

    {
        [[maybe_unused]] auto unused = Mark::set(&ran);
    }

    EXPECT_FALSE(ran);
}

Task<void> throws() {
    throw std::string("a bug");
    co_return ok();
}

TEST(TaskDeathTest, EscapedExceptionEndsTheProcess) {
    EXPECT_DEATH(
        {
            SimLoop loop;
            (void)loop.run(throws());
        },
        "an exception escaped a task");
}

Task<void> note_end(SimLoop* loop, Duration wait, std::vector<std::string>* log) {
    Result<void> slept = co_await sleep_until(loop->now() + wait);
    log->push_back(slept ? "done" : slept.error().message);
    // A cancelled tree stays cancelled: the next wait ends at once.
    Result<void> again = co_await sleep_until(loop->now() + wait);
    log->push_back(again ? "done" : "again cancelled");
    co_return ok();
}

Task<void> close(Scope* scope) {
    co_await scope->close();
    co_return ok();
}

TEST(Scope, CloseCancelsWhatRunsAndWaits) {
    SimLoop loop;
    Scope scope(&loop);
    std::vector<std::string> log;
    ASSERT_TRUE(scope.spawn(note_end(&loop, 1h, &log)));

    ASSERT_TRUE(loop.run(close(&scope)));

    EXPECT_EQ(log,
              (std::vector<std::string>{"the call was given up by its owner", "again cancelled"}));
    EXPECT_EQ(loop.now(), TimePoint());
    EXPECT_EQ(scope.running(), 0U);
    EXPECT_EQ(scope.spawn(note_end(&loop, 1h, &log)).error().slug, Slug("rt.scope_closed"));
}

Task<void> drain(Scope* scope) {
    co_await scope->drain();
    co_return ok();
}

TEST(Scope, DrainLetsTasksEnd) {
    SimLoop loop;
    Scope scope(&loop);
    std::vector<std::string> log;
    ASSERT_TRUE(scope.spawn(note_end(&loop, 5s, &log)));
    ASSERT_TRUE(scope.spawn(note_end(&loop, 7s, &log)));

    ASSERT_TRUE(loop.run(drain(&scope)));

    EXPECT_EQ(log, (std::vector<std::string>{"done", "done", "done", "done"}));
    EXPECT_EQ(loop.now(), TimePoint(14s));
}

Task<void> fail_after(SimLoop* loop, Duration wait) {
    CO_CHECK(co_await sleep_until(loop->now() + wait));
    co_return fail(Errc::internal, "test.broken", "broken");
}

TEST(Scope, TellsOfFailuresButNotOfCancellation) {
    SimLoop loop;
    std::vector<std::string> failures;
    Scope scope(&loop, [&](const Error& error) { failures.push_back(error.message); });
    ASSERT_TRUE(scope.spawn(fail_after(&loop, 1s)));
    ASSERT_TRUE(scope.spawn(fail_after(&loop, 1h)));

    loop.run_for(2s);
    ASSERT_TRUE(loop.run(close(&scope)));

    EXPECT_EQ(failures, std::vector<std::string>{"broken"});
}

TEST(ScopeDeathTest, DestroyedWhileTasksRunAsserts) {
    EXPECT_DEATH(
        {
            SimLoop loop;
            Scope scope(&loop);
            (void)scope.spawn(fail_after(&loop, 1h));
        },
        "closed before it is destroyed");
}

Task<int> wait_for(OneShot<int>* value) {
    Result<int> got = co_await *value;
    co_return got;
}

Task<void> give(SimLoop* loop, OneShot<int>* value) {
    CO_CHECK(co_await sleep_until(loop->now() + 1s));
    value->complete(7);
    value->complete(8);
    co_return ok();
}

TEST(OneShot, FirstValueCounts) {
    SimLoop loop;
    Scope scope(&loop);
    OneShot<int> value;
    ASSERT_TRUE(scope.spawn(give(&loop, &value)));

    EXPECT_EQ(loop.run(wait_for(&value)).value(), 7);
    ASSERT_TRUE(loop.run(drain(&scope)));
}

TEST(OneShot, ValueBeforeTheWaitIsKept) {
    SimLoop loop;
    OneShot<int> value;
    value.complete(9);

    EXPECT_EQ(loop.run(wait_for(&value)).value(), 9);
}

Task<int> wait_until(OneShot<int>* value, TimePoint due) {
    Result<int> got = co_await value->until(due);
    co_return got;
}

Task<int> wait_for_an_answer(OneShot<int>* value, TimePoint due) {
    Result<int> got = co_await value->until(
        due, +[] { return fail(Errc::deadline, "test.no_answer", "no answer"); });
    co_return got;
}

TEST(OneShot, UntilGivesTheValueThatComesInTime) {
    SimLoop loop;
    Scope scope(&loop);
    OneShot<int> value;
    ASSERT_TRUE(scope.spawn(give(&loop, &value)));

    EXPECT_EQ(loop.run(wait_until(&value, TimePoint(2s))).value(), 7);
    EXPECT_EQ(loop.now(), TimePoint(1s));
    loop.run_until_idle();
    EXPECT_EQ(loop.now(), TimePoint(1s)) << "the timer is disarmed";
}

TEST(OneShot, UntilEndsAtItsTimeAndDropsWhatComesLater) {
    SimLoop loop;
    Scope scope(&loop);
    OneShot<int> value;
    ASSERT_TRUE(scope.spawn(give(&loop, &value)));

    const auto late = loop.run(wait_until(&value, TimePoint(500ms)));

    EXPECT_EQ(late.error().slug, Slug("rt.deadline"));
    EXPECT_EQ(loop.now(), TimePoint(500ms));
    loop.run_until_idle();
}

TEST(OneShot, UntilSaysWhatTheCallerSays) {
    SimLoop loop;
    OneShot<int> value;

    EXPECT_EQ(loop.run(wait_for_an_answer(&value, loop.now())).error().slug,
              Slug("test.no_answer"));
}

Task<void> keep_slug(OneShot<int>* value, std::string* slug) {
    Result<int> got = co_await value->until(TimePoint::max());
    *slug = got ? "" : got.error().slug.text();
    co_return ok();
}

TEST(OneShot, UntilWithoutALimitArmsNoTimerAndIsCancelled) {
    SimLoop loop;
    Scope scope(&loop);
    OneShot<int> value;
    std::string slug;
    ASSERT_TRUE(scope.spawn(keep_slug(&value, &slug)));
    loop.run_until_idle();
    EXPECT_EQ(loop.now(), TimePoint());

    ASSERT_TRUE(loop.run(close(&scope)));

    EXPECT_EQ(slug, "rt.cancelled");
}

}  // namespace
}  // namespace weft::rt
