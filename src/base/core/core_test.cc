#include <array>
#include <string>

#include <gtest/gtest.h>

#include "base/core/assert.h"
#include "base/core/bytes.h"
#include "base/core/errc.h"
#include "base/core/nearest.h"
#include "base/core/random.h"
#include "base/core/result.h"

namespace weft {
namespace {

Result<int> halve(int value) {
    if (value % 2 != 0)
        return fail(Errc::invalid_argument, "test.odd_number", "'{}' is odd", value);
    return value / 2;
}

Result<int> quarter(int value) {
    TRY(const int half, halve(value));
    TRY(const int result, halve(half).context("halving the half of '{}'", value));
    return result;
}

TEST(Result, PassesTheValueOn) { EXPECT_EQ(quarter(12).value(), 3); }

TEST(Result, CarriesTheErrorWithContext) {
    const auto refused = quarter(6);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    EXPECT_EQ(refused.error().slug, Slug("test.odd_number"));
    EXPECT_EQ(refused.error().message, "halving the half of '6': '3' is odd");
}

TEST(Errc, EveryRowStandsAtItsCode) {
    for (const auto& row : errc_table()) {
        EXPECT_EQ(errc_row(row.code).name, row.name);
        EXPECT_GT(row.exit_code, 0);
        EXPECT_GE(row.http_status, 400);
    }
}

TEST(Nearest, FindsALikelySlipOnly) {
    constexpr std::array<std::string_view, 3> keys{"traits", "type", "properties"};

    EXPECT_EQ(nearest("trats", keys), "traits");
    EXPECT_EQ(nearest("propertys", keys), "properties");
    EXPECT_EQ(nearest("incorrect", keys), "");
    EXPECT_EQ(nearest(std::string(1000, 'x'), keys), "");
}

TEST(Random, SeededSequenceRepeats) {
    std::array<std::uint8_t, 13> first{};
    std::array<std::uint8_t, 13> second{};

    SeededRandom(7).fill(first);
    SeededRandom(7).fill(second);

    EXPECT_EQ(first, second);
}

TEST(Random, SystemBytesDiffer) {
    std::array<std::uint8_t, 32> first{};
    std::array<std::uint8_t, 32> second{};
    SystemRandom random;

    random.fill(first);
    random.fill(second);

    EXPECT_NE(first, second);
}

TEST(AssertDeathTest, NamesTheReason) {
    EXPECT_DEATH(WEFT_ASSERT(1 == 2, "numbers differ"), "numbers differ");
}

}  // namespace
}  // namespace weft
