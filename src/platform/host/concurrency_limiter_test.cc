#include "platform/host/concurrency_limiter.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/rt/sim_loop_fixture.h"
#include "base/rt/time.h"

namespace weft::host {
namespace {

using namespace std::chrono_literals;

struct Rig {
    rt::SimLoop loop;
    std::shared_ptr<ConcurrencyLimiter> limiter;
    std::vector<std::string> log;
};

rt::Task<void> pass_through(Rig* rig, std::string name, Duration inside, TimePoint due) {
    Result<ConcurrencyLimiter::Permit> permit = co_await rig->limiter->enter(due);
    if (!permit) {
        rig->log.push_back(name + " " + std::string(permit.error().slug.text()));
        co_return ok();
    }
    rig->log.push_back(name + " in");
    CO_CHECK(co_await rt::sleep_until(rig->loop.now() + inside));
    co_return ok();
}

rt::Task<void> close(rt::Scope* scope) {
    co_await scope->close();
    co_return ok();
}

TEST(ConcurrencyLimiter, LetsInAsManyAsMayAndQueuesTheRestInOrder) {
    Rig rig;
    rig.limiter = std::make_shared<ConcurrencyLimiter>(
        ConcurrencyLimiter::Limits{.inside_max = 1, .waiting_max = 2});
    rt::Scope scope(&rig.loop);
    for (const char* name : {"a", "b", "c", "d"})
        ASSERT_TRUE(scope.spawn(pass_through(&rig, name, 1s, TimePoint::max())));

    EXPECT_EQ(rig.log, (std::vector<std::string>{"a in", "d host.queue_full"}));
    EXPECT_EQ(rig.limiter->waiting(), 2U);
    rig.loop.run_until_idle();

    EXPECT_EQ(rig.log, (std::vector<std::string>{"a in", "d host.queue_full", "b in", "c in"}));
    EXPECT_EQ(rig.loop.now(), TimePoint(3s));
    EXPECT_EQ(rig.limiter->inside(), 0U);
}

TEST(ConcurrencyLimiter, AWaitEndsAtTheDeadlineAndItsTurnGoesToTheNext) {
    Rig rig;
    rig.limiter = std::make_shared<ConcurrencyLimiter>(
        ConcurrencyLimiter::Limits{.inside_max = 1, .waiting_max = 9});
    rt::Scope scope(&rig.loop);
    ASSERT_TRUE(scope.spawn(pass_through(&rig, "a", 5s, TimePoint::max())));
    ASSERT_TRUE(scope.spawn(pass_through(&rig, "b", 1s, TimePoint(2s))));
    ASSERT_TRUE(scope.spawn(pass_through(&rig, "c", 1s, TimePoint::max())));

    rig.loop.run_until_idle();

    EXPECT_EQ(rig.log, (std::vector<std::string>{"a in", "b host.queue_deadline", "c in"}));
    EXPECT_EQ(rig.limiter->inside(), 0U);
}

TEST(ConcurrencyLimiter, ACancelledWaitLosesNoPlace) {
    Rig rig;
    rig.limiter = std::make_shared<ConcurrencyLimiter>(
        ConcurrencyLimiter::Limits{.inside_max = 1, .waiting_max = 9});
    rt::Scope first(&rig.loop);
    rt::Scope second(&rig.loop);
    ASSERT_TRUE(first.spawn(pass_through(&rig, "a", 5s, TimePoint::max())));
    ASSERT_TRUE(second.spawn(pass_through(&rig, "b", 1s, TimePoint::max())));

    // Both at the same time: b gives up in the same turn in which a's place comes free.
    second.cancel();
    first.cancel();
    ASSERT_TRUE(rig.loop.run(close(&first)));
    ASSERT_TRUE(rig.loop.run(close(&second)));

    EXPECT_EQ(rig.log, (std::vector<std::string>{"a in", "b rt.cancelled"}));
    EXPECT_EQ(rig.limiter->inside(), 0U);
    EXPECT_EQ(rig.limiter->waiting(), 0U);
}

TEST(ConcurrencyLimiter, OneThatGaveUpTakesNobodysPlaceInTheCount) {
    Rig rig;
    rig.limiter = std::make_shared<ConcurrencyLimiter>(
        ConcurrencyLimiter::Limits{.inside_max = 1, .waiting_max = 9});
    rt::Scope first(&rig.loop);
    rt::Scope second(&rig.loop);
    ConcurrencyLimiter::Permit held;
    ConcurrencyLimiter::Permit next;
    ASSERT_TRUE(rig.limiter->try_enter(held));
    ASSERT_TRUE(first.spawn(pass_through(&rig, "a", 1s, TimePoint::max())));

    // The place comes free while a has given up and does not know it yet; another takes it.
    first.cancel();
    held = {};
    ASSERT_TRUE(rig.limiter->try_enter(next));
    ASSERT_TRUE(second.spawn(pass_through(&rig, "b", 1s, TimePoint::max())));
    ASSERT_TRUE(rig.loop.run(close(&first)));
    next = {};
    rig.loop.run_until_idle();

    ASSERT_GE(rig.log.size(), 2U);
    EXPECT_EQ(rig.log[1], "b in");
    ASSERT_TRUE(rig.loop.run(close(&second)));
}

}  // namespace
}  // namespace weft::host
