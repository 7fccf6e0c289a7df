#include "io/code_cache/eviction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::code_cache {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::time_t now = 1'000'000;

std::string entry(char digit) { return std::string(64, digit); }

Directory::File file(std::string name, std::uint64_t bytes, std::time_t age_s) {
    return {std::move(name), bytes, {now - age_s, 0}};
}

TEST(Eviction, LeavesEverythingThatFits) {
    const auto plan =
        plan_eviction({file(entry('a'), 40, 9), file(entry('b'), 30, 1)}, 30, 100, now);

    EXPECT_THAT(plan.entries, IsEmpty());
    EXPECT_EQ(plan.bytes_after, 100U);
}

TEST(Eviction, TakesWhatWasUsedLeastRecentlyAndNoMoreThanNeeded) {
    const auto plan = plan_eviction({file(entry('a'), 40, 5), file(entry('b'), 30, 9),
                                     file(entry('c'), 20, 7), file(entry('d'), 10, 1)},
                                    45, 100, now);

    EXPECT_THAT(plan.entries, ElementsAre(entry('b'), entry('c')));
    EXPECT_EQ(plan.bytes_after, 95U);
}

TEST(Eviction, TakesAllWhenNothingFits) {
    const auto plan = plan_eviction({file(entry('a'), 40, 5)}, 0, 10, now);

    EXPECT_THAT(plan.entries, ElementsAre(entry('a')));
    EXPECT_EQ(plan.bytes_after, 0U);
}

TEST(Eviction, TellsEqualAgesApartByName) {
    const auto plan = plan_eviction({file(entry('b'), 10, 5), file(entry('a'), 10, 5)}, 0, 10, now);

    EXPECT_THAT(plan.entries, ElementsAre(entry('a')));
}

TEST(Eviction, RemovesDraftsThatNobodyFinishes) {
    const auto young = draft_name(1, 2);
    const auto old = draft_name(1, 3);

    const auto plan = plan_eviction({file(young, 60, 3600), file(old, 70, 3601)}, 40, 100, now);

    EXPECT_THAT(plan.left_over, ElementsAre(old));
    EXPECT_THAT(plan.entries, IsEmpty());
    EXPECT_EQ(plan.bytes_after, 100U);
}

TEST(Eviction, LeavesWhatIsNotItsOwn) {
    const auto plan = plan_eviction(
        {file("README", 500, 9'999), file(entry('A'), 500, 9'999), file("abc", 500, 9'999)}, 0, 100,
        now);

    EXPECT_THAT(plan.entries, IsEmpty());
    EXPECT_THAT(plan.left_over, IsEmpty());
    EXPECT_EQ(plan.bytes_after, 0U);
}

}  // namespace
}  // namespace weft::code_cache
