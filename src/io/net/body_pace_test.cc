#include "io/net/body_pace.h"

#include <limits>

#include <gtest/gtest.h>

namespace weft::net {
namespace {

using namespace std::chrono_literals;

BodyPace pace() { return BodyPace({.bytes_per_s = 1024, .first = 5s, .longest = 30s}); }

TEST(BodyPace, NothingIsWaitedForAsLongAsTheFirstWait) {
    auto silent = pace();

    silent.note(4s, 0);
    EXPECT_EQ(silent.left(), 1s);
    silent.note(1s, 0);

    EXPECT_LE(silent.left(), 0s);
}

TEST(BodyPace, AKibibyteEachSecondIsNeverTooSlow) {
    auto steady = pace();
    auto bursts = pace();

    for (int i = 0; i < 1000; ++i) steady.note(1s, 1024);
    for (int i = 0; i < 100; ++i) {
        bursts.note(0s, 30 * 1024);
        EXPECT_GE(bursts.left(), 29s);
        bursts.note(29s, 0);
    }

    EXPECT_EQ(steady.left(), 5s);
    EXPECT_EQ(steady.lag(), 0s);
    EXPECT_GT(bursts.left(), 0s);
}

TEST(BodyPace, LessThanThatEnds) {
    auto trickle = pace();
    int seconds = 0;

    for (; trickle.left() > 0s; ++seconds) trickle.note(1s, 512);

    EXPECT_EQ(seconds, 10);
    EXPECT_EQ(trickle.lag(), 5s);
}

TEST(BodyPace, MuchAtOnceEarnsNoMoreThanTheLongestWait) {
    auto fast = pace();

    fast.note(1ms, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(fast.left(), 30s);
    fast.note(2s, 0);

    EXPECT_EQ(fast.left(), 28s);
    EXPECT_EQ(fast.lag(), 2s) << "it is behind, however far ahead it was";
}

}  // namespace
}  // namespace weft::net
