#include "base/rt/timer_queue.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "base/core/random.h"

namespace weft::rt {
namespace {

using namespace std::chrono_literals;

struct Alarm {
    Alarm(std::vector<int>* fired, int name) : log(fired), id(name) {}
    std::vector<int>* log;
    int id;
    Timer timer{&Alarm::ring, this};
    static void ring(void* self) {
        auto* alarm = static_cast<Alarm*>(self);
        alarm->log->push_back(alarm->id);
    }
};

TEST(TimerQueue, FiresInOrderOfTimeAndOnce) {
    TimerQueue queue;
    std::vector<int> log;
    Alarm second(&log, 2);
    Alarm first(&log, 1);
    Alarm third(&log, 3);
    queue.arm(second.timer, TimePoint(2s));
    queue.arm(first.timer, TimePoint(1s));
    queue.arm(third.timer, TimePoint(9s));

    EXPECT_EQ(queue.earliest(), TimePoint(1s));
    EXPECT_EQ(queue.fire_due(TimePoint(2s)), 2U);

    EXPECT_EQ(log, (std::vector<int>{1, 2}));
    EXPECT_EQ(queue.fire_due(TimePoint(3s)), 0U);
    EXPECT_TRUE(third.timer.is_armed());
}

TEST(TimerQueue, ArmingAgainMovesAndDestroyingDisarms) {
    TimerQueue queue;
    std::vector<int> log;
    Alarm moved(&log, 1);
    queue.arm(moved.timer, TimePoint(1s));
    queue.arm(moved.timer, TimePoint(5s));
    {
        Alarm gone(&log, 2);
        queue.arm(gone.timer, TimePoint(2s));
    }

    queue.fire_due(TimePoint(4s));
    EXPECT_EQ(log, std::vector<int>{});
    queue.fire_due(TimePoint(5s));
    EXPECT_EQ(log, std::vector<int>{1});
    EXPECT_EQ(queue.earliest(), std::nullopt);
}

TEST(TimerQueue, ATimerMayDestroyItself) {
    struct Own {
        Timer timer{&Own::ring, this};
        std::unique_ptr<Own>* holder = nullptr;
        static void ring(void* self) { static_cast<Own*>(self)->holder->reset(); }
    };
    TimerQueue queue;
    auto own = std::make_unique<Own>();
    own->holder = &own;
    queue.arm(own->timer, TimePoint(1s));

    EXPECT_EQ(queue.fire_due(TimePoint(1s)), 1U);
    EXPECT_EQ(own, nullptr);
}

// A heap against the simplest thing that can be right: random arming, moving and disarming.
TEST(TimerQueue, KeepsItsOrderUnderRandomChanges) {
    SeededRandom random(11);
    TimerQueue queue;
    std::vector<int> log;
    std::vector<std::unique_ptr<Alarm>> alarms;
    std::vector<TimePoint> due;
    for (int i = 0; i < 200; ++i) {
        alarms.push_back(std::make_unique<Alarm>(&log, i));
        due.push_back(TimePoint::max());
    }
    for (int step = 0; step < 5'000; ++step) {
        const auto pick = static_cast<std::size_t>(random.next() % alarms.size());
        if (random.next() % 4 == 0) {
            queue.disarm(alarms[pick]->timer);
            due[pick] = TimePoint::max();
        } else {
            due[pick] = TimePoint(Duration(static_cast<std::int64_t>(random.next() % 1'000)));
            queue.arm(alarms[pick]->timer, due[pick]);
        }
    }

    queue.fire_due(TimePoint(1s));

    EXPECT_TRUE(
        std::ranges::is_sorted(log, {}, [&](int id) { return due[static_cast<std::size_t>(id)]; }));
    EXPECT_EQ(log.size(), static_cast<std::size_t>(std::ranges::count_if(
                              due, [](TimePoint t) { return t != TimePoint::max(); })));
}

}  // namespace
}  // namespace weft::rt
