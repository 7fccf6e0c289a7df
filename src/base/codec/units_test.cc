#include "base/codec/units.h"

#include <gtest/gtest.h>

namespace weft::codec {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ParseDuration, KnowsItsUnits) {
    EXPECT_EQ(parse_duration("50us").value(), microseconds(50));
    EXPECT_EQ(parse_duration("200ms").value(), milliseconds(200));
    EXPECT_EQ(parse_duration("10s").value(), seconds(10));
    EXPECT_EQ(parse_duration("5m").value(), minutes(5));
    EXPECT_EQ(parse_duration("0s").value(), seconds(0));
    EXPECT_EQ(parse_duration("8760h").value(), hours(8760));
}

TEST(ParseDuration, RefusesTheRest) {
    for (const auto* text : {"", "10", "s", "-1s", "+1s", " 1s", "1 s", "1.5s", "1S", "1d", "1ss",
                             "8761h", "18446744073709551616s", "18446744073709551615h", "0x1s"}) {
        const auto refused = parse_duration(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().slug, Slug("units.duration_invalid"));
    }
}

TEST(ParseSize, KnowsItsUnits) {
    EXPECT_EQ(parse_size("100B").value(), 100U);
    EXPECT_EQ(parse_size("2kB").value(), 2'000U);
    EXPECT_EQ(parse_size("2MB").value(), 2'000'000U);
    EXPECT_EQ(parse_size("2GB").value(), 2'000'000'000U);
    EXPECT_EQ(parse_size("512KiB").value(), 512U * 1024);
    EXPECT_EQ(parse_size("64MiB").value(), 64U * 1024 * 1024);
    EXPECT_EQ(parse_size("1GiB").value(), 1U << 30U);
    EXPECT_EQ(parse_size("8388608GiB").value(), 1ULL << 53U);
}

TEST(ParseSize, RefusesTheRest) {
    for (const auto* text : {"", "1", "1K", "1Mib", "1 MiB", "-1B", "1.5MiB", "8388609GiB"}) {
        const auto refused = parse_size(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().slug, Slug("units.size_invalid"));
    }
}

TEST(ParsePercent, TakesUpToThreeDecimals) {
    EXPECT_DOUBLE_EQ(parse_percent("0%").value(), 0);
    EXPECT_DOUBLE_EQ(parse_percent("0.125%").value(), 0.125);
    EXPECT_DOUBLE_EQ(parse_percent("100%").value(), 100);
}

TEST(ParsePercent, RefusesTheRest) {
    for (const auto* text : {"", "%", "1", "-1%", "-0%", "101%", "100.001%", "0.0001%", "nan%",
                             "inf%", "1e1%", "1 %", "1%%", "+1%"}) {
        const auto refused = parse_percent(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().slug, Slug("units.percent_invalid"));
    }
}

}  // namespace
}  // namespace weft::codec
