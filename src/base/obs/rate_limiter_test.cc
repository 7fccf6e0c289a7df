#include "base/obs/rate_limiter.h"

#include <string>

#include <gtest/gtest.h>

namespace weft::obs {
namespace {

constexpr TimePoint start{std::chrono::seconds(100)};
constexpr auto second = std::chrono::seconds(1);

TEST(RateLimiter, DropsOverTheBudgetAndReportsInTheNextSecond) {
    RateLimiter limiter({.budget_per_s = 3});
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.admit("a", start));
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(limiter.admit("a", start + second / 2));

    const auto next = limiter.admit("a", start + second);
    const auto after = limiter.admit("a", start + second);

    ASSERT_TRUE(next);
    EXPECT_EQ(next->lines_dropped, 5U);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->lines_dropped, 0U);
}

TEST(RateLimiter, KeepsSourcesApart) {
    RateLimiter limiter({.budget_per_s = 1});
    EXPECT_TRUE(limiter.admit("loud", start));
    EXPECT_FALSE(limiter.admit("loud", start));

    EXPECT_TRUE(limiter.admit("quiet", start));
}

TEST(RateLimiter, CountsBytesWhenTheyAreTheCost) {
    RateLimiter limiter({.budget_per_s = 100});

    EXPECT_FALSE(limiter.admit("a", start, 101));
    EXPECT_TRUE(limiter.admit("a", start, 60));
    EXPECT_FALSE(limiter.admit("a", start, 41));
    EXPECT_TRUE(limiter.admit("a", start, 40));
}

TEST(RateLimiter, SharesOneBudgetWhenSourcesAreFull) {
    RateLimiter limiter({.budget_per_s = 1, .sources_max = 2});
    EXPECT_TRUE(limiter.admit("a", start));
    EXPECT_TRUE(limiter.admit("b", start));

    EXPECT_TRUE(limiter.admit("c", start));
    EXPECT_FALSE(limiter.admit("d", start));
    EXPECT_EQ(limiter.sources(), 2U);
}

TEST(RateLimiter, ForgetsIdleSourcesButNotUnreportedDrops) {
    RateLimiter limiter({.budget_per_s = 1, .sources_max = 2});
    EXPECT_TRUE(limiter.admit("idle", start));
    EXPECT_TRUE(limiter.admit("dropped", start));
    EXPECT_FALSE(limiter.admit("dropped", start));

    EXPECT_TRUE(limiter.admit("new", start + second));

    EXPECT_EQ(limiter.sources(), 2U);
    EXPECT_EQ(limiter.admit("dropped", start + second)->lines_dropped, 1U);
}

}  // namespace
}  // namespace weft::obs
