#include "base/rt/sim_loop_fixture.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/rt/one_shot.h"

namespace weft::rt {
namespace {

std::vector<int> order_of(std::uint64_t seed) {
    SimLoop loop(seed);
    std::vector<int> order;
    for (int i = 0; i < 20; ++i) loop.post([&order, i] { order.push_back(i); });
    loop.run_until_idle();
    return order;
}

TEST(SimLoop, SeedZeroKeepsTheOrderAndASeedRepeats) {
    std::vector<int> straight(20);
    for (int i = 0; i < 20; ++i) straight[static_cast<std::size_t>(i)] = i;

    EXPECT_EQ(order_of(0), straight);
    EXPECT_EQ(order_of(7), order_of(7));
    EXPECT_NE(order_of(7), straight);
    EXPECT_NE(order_of(7), order_of(8));
}

TEST(SimLoop, LowPriorityRunsWhenNothingElseIsReady) {
    SimLoop loop;
    std::vector<int> order;
    loop.post_low([&] { order.push_back(2); });
    loop.post([&] { order.push_back(1); });

    loop.run_until_idle();

    EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(SimLoop, RunForStopsAtItsTime) {
    using namespace std::chrono_literals;
    SimLoop loop;
    std::vector<int> fired;
    Timer timer([](void* log) { static_cast<std::vector<int>*>(log)->push_back(1); }, &fired);
    loop.arm(timer, TimePoint(10s));

    loop.run_for(9s);
    EXPECT_TRUE(fired.empty());
    loop.run_for(1s);

    EXPECT_EQ(fired.size(), 1U);
    EXPECT_EQ(loop.now(), TimePoint(10s));
}

TEST(SimLoopDeathTest, ATaskThatWaitsForNothingIsABugOfTheTest) {
    EXPECT_DEATH(
        {
            SimLoop loop;
            OneShot<int> never;
            struct Waiter {
                static Task<int> wait(OneShot<int>* value) {
                    Result<int> got = co_await *value;
                    co_return got;
                }
            };
            (void)loop.run(Waiter::wait(&never));
        },
        "waits for something that never comes");
}

}  // namespace
}  // namespace weft::rt
