#include "io/engine/limits.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weft::engine {
namespace {

using namespace std::chrono_literals;

TEST(Limits, RowsStandInTheOrderOfTheirNumbersWithinTheirRange) {
    for (std::size_t at = 0; at < limit_rows.size(); ++at) {
        const auto& row = limit_rows[at];
        EXPECT_EQ(static_cast<std::size_t>(row.limit), at) << row.name;
        EXPECT_LE(row.least, row.most) << row.name;
        if (row.usual != 0)
            EXPECT_TRUE(row.least <= row.usual && row.usual <= row.most) << row.name;
        EXPECT_EQ(row.trait.empty(), row.effect == LimitEffect::fixed) << row.name;
    }
}

TEST(Limits, HoldDefaultsUntilTheyAreSet) {
    const Limits limits{{Limit::cpu_time, 25ms}, {Limit::queue, 7}};

    EXPECT_EQ(limits.time(Limit::cpu_time), 25ms);
    EXPECT_EQ(limits.count(Limit::queue), 7U);
    EXPECT_EQ(limits[Limit::memory], 64U << 20U);
    EXPECT_EQ(limits.time(Limit::deadline), 30s);
    EXPECT_TRUE(limits.is_set(Limit::queue));
    EXPECT_FALSE(limits.is_set(Limit::memory));
}

TEST(Limits, SayWhatAChangeTouches) {
    EXPECT_TRUE(Limits().differ({{Limit::memory, 1}}, LimitEffect::new_instances));
    EXPECT_FALSE(Limits().differ({{Limit::queue, 1}}, LimitEffect::new_instances));
    EXPECT_TRUE(Limits().differ({{Limit::queue, 1}}, LimitEffect::at_once));
    EXPECT_FALSE(Limits().differ({{Limit::queue, 1'000}}, LimitEffect::at_once));
}

TEST(Limits, AreWrittenInTheLargestUnitThatFits) {
    EXPECT_EQ(limit_text(LimitUnit::bytes, 64U << 20U), "64MiB");
    EXPECT_EQ(limit_text(LimitUnit::bytes, 1'000), "1000B");
    EXPECT_EQ(limit_text(LimitUnit::time, 90'000'000'000), "90s");
    EXPECT_EQ(limit_text(LimitUnit::time, 200'000'000), "200ms");
    EXPECT_EQ(limit_text(LimitUnit::time, 0), "0s");
    EXPECT_EQ(limit_text(LimitUnit::count, 1'000), "1000");
}

std::string default_text(const LimitRow& row) {
    if (row.usual == 0 && row.least > 0) return "none";
    return limit_text(row.unit, row.usual);
}

/// The table as the manual shows it.
std::string documented() {
    std::string text =
        "| trait | key | what | range | default | a change acts | error of a call |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n";
    for (const auto& row : limit_rows)
        if (!row.trait.empty())
            text += fmt::format("| `{}` | `{}` | {} | {} to {} | {} | {} | {} |\n", row.trait,
                                row.key, row.meaning, limit_text(row.unit, row.least),
                                limit_text(row.unit, row.most), default_text(row),
                                row.effect == LimitEffect::at_once ? "at once" : "on new instances",
                                row.slug ? fmt::format("`{}`", row.slug->text()) : "");
    return text;
}

TEST(Limits, TheManualHasTheTable) {
    std::ifstream file(WEFT_SOURCE_DIR "/docs/reference/manifest.md");
    std::ostringstream manual;
    manual << file.rdbuf();

    EXPECT_NE(manual.str().find(documented()), std::string::npos)
        << "docs/reference/manifest.md must hold this table:\n"
        << documented();
}

}  // namespace
}  // namespace weft::engine
