#include "base/obs/limited_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/obs/capture_sink_fixture.h"

namespace weft::obs {
namespace {

constexpr TimePoint start{std::chrono::seconds(100)};
constexpr auto second = std::chrono::seconds(1);

class LimitedLogTest : public testing::Test {
  protected:
    void fail(const char* component, TimePoint now, int times = 1) {
        for (int i = 0; i < times; ++i)
            log_.write(Level::warn, "component.call_failed", component, now, kv("n", i));
    }
    CaptureSink events_;
    SystemWallClock clock_;
    Registry registry_;
    LimitedLog log_{Log(&events_, &clock_, Level::info), registry_};
};

TEST_F(LimitedLogTest, DropsOverTheRateAndSaysItWithTheNextLine) {
    fail("a", start, 50);
    fail("b", start);
    EXPECT_EQ(events_.events("component.call_failed").size(), LimitedLog::lines_per_s + 1)
        << "each component has a budget of its own";
    EXPECT_EQ(registry_.snapshot().at(0).value, 40);

    fail("a", start + second);

    const auto last = events_.events("component.call_failed").back();
    EXPECT_EQ(last.fields.at("lines_dropped"), "40");
    log_.tell_dropped(start + 3 * second);
    EXPECT_THAT(events_.events("log.events_dropped"), testing::IsEmpty()) << "that was all";
}

TEST_F(LimitedLogTest, SaysWhatWasDroppedOfThoseThatAreSilentSince) {
    fail("a", start, 12);

    log_.tell_dropped(start + second / 2);
    EXPECT_THAT(events_.events("log.events_dropped"), testing::IsEmpty()) << "it goes on";
    log_.tell_dropped(start + second);
    log_.tell_dropped(start + second);

    const auto dropped = events_.events("log.events_dropped");
    ASSERT_EQ(dropped.size(), 1U);
    EXPECT_EQ(dropped[0].fields.at("name"), "component.call_failed");
    EXPECT_EQ(dropped[0].fields.at("source"), "a");
    EXPECT_EQ(dropped[0].fields.at("lines"), "2");
}

TEST_F(LimitedLogTest, ALevelThatIsOffCostsNothing) {
    for (int i = 0; i < 20; ++i)
        log_.write(Level::debug, "http.request_done", "a", start, kv("n", i));

    EXPECT_EQ(registry_.snapshot().at(0).value, 0);
    LimitedLog().write(Level::error, "http.request_done", "a", start);
}

}  // namespace
}  // namespace weft::obs
