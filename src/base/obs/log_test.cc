#include "base/obs/log.h"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/fixed_clock_fixture.h"
#include "base/obs/capture_sink_fixture.h"
#include "base/obs/format_time.h"
#include "base/obs/sinks.h"

namespace weft::obs {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Formats what one call logs, as both sinks would.
class Lines final : public Sink {
  public:
    void write(const Event& event) override {
        json = format_json(event, limits);
        pretty = format_pretty(event, limits, colour);
    }
    SinkLimits limits;
    Colour colour = Colour::off;
    std::string json;
    std::string pretty;
};

struct Logged {
    Lines lines;
    FixedClock clock{milliseconds(1'767'323'045'678)};
    Log log{&lines, &clock, Level::debug};
};

TEST(Level, IsFoundByNameAndNamesTheNearest) {
    EXPECT_EQ(get_level("debug").value(), Level::debug);
    EXPECT_EQ(level_name(Level::warn), "warn");

    const auto refused = get_level("wran");

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("obs.level_unknown"));
    EXPECT_EQ(get_level("warm").error().message,
              "log level 'warm' is not one of error, warn, info, debug; did you mean 'warn'?");
    EXPECT_EQ(get_level("verbose").error().message,
              "log level 'verbose' is not one of error, warn, info, debug");
}

TEST(Log, WritesOneJsonObject) {
    Logged t;

    t.log.warn("lattice.peer_lost", kv("host", "h1"), kv("silent_ms", 1500), kv("ratio", 0.5),
               kv("seen", std::uint64_t{7}), kv("is_local", false));

    EXPECT_EQ(t.lines.json,
              R"({"time":"2026-01-02T03:04:05.678Z","level":"warn","event":"lattice.peer_lost",)"
              R"("host":"h1","silent_ms":1500,"ratio":0.5,"seen":7,"is_local":false})");
}

TEST(Log, WritesColumnsForAPerson) {
    Logged t;

    t.log.info("http.listener_ready", kv("address", "127.0.0.1:8000"), kv("note", "two words"));

    EXPECT_EQ(t.lines.pretty,
              "03:04:05.678 info  http.listener_ready          address=127.0.0.1:8000 "
              "note=\"two words\"");
}

TEST(Log, ColoursTheLevelOnlyWhenAsked) {
    Logged t;
    t.lines.colour = Colour::on;

    t.log.error("app.start_failed");

    EXPECT_EQ(t.lines.pretty, "03:04:05.678 \x1b[1;31merror\x1b[0m app.start_failed");
}

TEST(Log, SaysNumbersThatJsonCannot) {
    Logged t;

    t.log.debug("test.number_seen", kv("a", std::numeric_limits<double>::quiet_NaN()),
                kv("b", -std::numeric_limits<double>::infinity()), kv("c", std::uint64_t{1} << 53U),
                kv("d", (std::uint64_t{1} << 53U) + 1));

    EXPECT_THAT(t.lines.json, HasSubstr(R"("a":"nan","b":"-inf","c":9007199254740992,)"
                                        R"("d":"9007199254740993")"));
}

TEST(Log, CannotBeInjected) {
    Logged t;

    t.log.info(
        "guest.line_written",
        kv("text", std::string_view("a\n\x1b[2J\r\t\0\x7f\"\\\xff\xe2\x80\xae\xc2\x9b", 18)));

    EXPECT_THAT(t.lines.json,
                HasSubstr(R"("text":"a\n\u001b[2J\r\t\u0000\u007f\"\\\ufffd\u202e\u009b"})"));
    EXPECT_THAT(t.lines.pretty,
                HasSubstr(R"(text="a\n\x1b[2J\r\t\x00\x7f\"\\\xff\u{202e}\u{9b}")"));
}

TEST(Log, CutsLongTextBetweenCharactersWithAMark) {
    Logged t;
    t.lines.limits.value_bytes_max = 4;

    t.log.info("guest.line_written", kv("text", "abc\xc3\xa4zz"), kv("other", "abcd"));

    EXPECT_THAT(t.lines.json, HasSubstr(R"x("text":"abc...(+4 bytes)","other":"abcd"})x"));
}

TEST(Log, OneMegabyteBecomesOneShortLine) {
    Logged t;

    t.log.info("guest.line_written", kv("text", std::string(1024 * 1024, '\x1b')));

    EXPECT_LT(t.lines.json.size(), 6 * t.lines.limits.value_bytes_max + 200);
    EXPECT_THAT(t.lines.json, ::testing::Not(HasSubstr("\n")));
}

TEST(Log, DisabledLevelReachesNoSink) {
    CaptureSink sink;
    FixedClock clock(milliseconds(1'767'323'045'678));
    const Log log(&sink, &clock, Level::warn);

    log.info("app.start_done");
    log.debug("app.start_done");
    Log().error("app.start_failed");

    EXPECT_THAT(sink.events(), IsEmpty());
    EXPECT_FALSE(log.is_enabled(Level::info));
    EXPECT_TRUE(log.is_enabled(Level::warn));
}

TEST(CaptureSink, ListsErrorsThatNobodyDeclared) {
    CaptureSink sink;
    FixedClock clock(milliseconds(1'767'323'045'678));
    const Log log(&sink, &clock);
    sink.declare_error("app.stop_failed");

    log.error("app.stop_failed");
    log.error("app.start_failed", kv("port", 80));
    log.info("app.start_done");

    EXPECT_THAT(sink.undeclared_errors(), ElementsAre(HasSubstr("app.start_failed")));
    EXPECT_EQ(sink.events("app.start_failed").at(0).fields.at("port"), "80");
}

TEST(CaptureSink, CountsWhatIsOverItsLimit) {
    CaptureSink sink(2);
    FixedClock clock(milliseconds(1'767'323'045'678));
    const Log log(&sink, &clock);

    for (int i = 0; i < 5; ++i) log.info("app.start_done");

    EXPECT_EQ(sink.events().size(), 2U);
    EXPECT_EQ(sink.events_dropped(), 3U);
}

TEST(FormatTime, RoundsDownBeforeTheEpoch) {
    EXPECT_EQ(format_utc_ms(std::chrono::system_clock::time_point(std::chrono::microseconds(-1))),
              "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace weft::obs
