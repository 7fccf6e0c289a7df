#include "entry/app/held_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/obs/capture_sink_fixture.h"

namespace weft::app {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class HeldSinkTest : public testing::Test {
  protected:
    /// Logs with texts that are gone afterwards.
    static void log_to(obs::Sink* sink, std::string text) {
        static const SystemWallClock clock;
        const obs::Log log(sink, &clock);
        log.warn("test.text_logged", obs::kv("text", text), obs::kv("number", 7));
        text.assign(text.size(), '?');
    }
    std::vector<std::string> texts() const {
        std::vector<std::string> out;
        for (const auto& event : behind_.events()) out.push_back(event.fields.at("text"));
        return out;
    }
    obs::CaptureSink behind_;
};

TEST_F(HeldSinkTest, KeepsEventsUntilReleased) {
    HeldSink held(&behind_);
    log_to(&held, "a text that is longer than what a string holds inside");
    EXPECT_THAT(texts(), ElementsAre());

    held.release();

    ASSERT_THAT(behind_.events().size(), 1U);
    const auto event = behind_.events().front();
    EXPECT_EQ(event.name, "test.text_logged");
    EXPECT_EQ(event.level, obs::Level::warn);
    EXPECT_THAT(
        event.fields,
        UnorderedElementsAre(Pair("text", "a text that is longer than what a string holds inside"),
                             Pair("number", "7")));
}

TEST_F(HeldSinkTest, PassesEventsOnInOrderOnceReleased) {
    HeldSink held(&behind_);
    log_to(&held, "first");
    held.release();
    log_to(&held, "second");

    EXPECT_THAT(texts(), ElementsAre("first", "second"));
}

TEST_F(HeldSinkTest, LosesNothingWhenItIsNeverReleased) {
    {
        HeldSink held(&behind_);
        log_to(&held, "why it failed");
    }
    EXPECT_THAT(texts(), ElementsAre("why it failed"));
}

TEST_F(HeldSinkTest, KeepsSoManyAndSaysWhatItLost) {
    HeldSink held(&behind_);
    for (std::size_t i = 0; i < HeldSink::kept_max + 3; ++i) log_to(&held, "text");

    held.release();

    EXPECT_EQ(behind_.events("test.text_logged").size(), HeldSink::kept_max);
    ASSERT_EQ(behind_.events("log.lines_lost").size(), 1U);
    EXPECT_EQ(behind_.events("log.lines_lost")[0].fields.at("lines"), "3");
}

}  // namespace
}  // namespace weft::app
