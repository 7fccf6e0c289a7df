#include "entry/app/progress_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/obs/capture_sink_fixture.h"

namespace weft::app {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class ProgressSinkTest : public testing::Test {
  protected:
    ProgressSinkTest() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
    ~ProgressSinkTest() override {
        for (const int end : ends_) ::close(end);
    }
    /// What the terminal got, at least one byte.
    std::string shown() const {
        std::array<char, 4096> part{};
        const auto got = ::read(ends_[0], part.data(), part.size());
        return {part.data(), static_cast<std::size_t>(got)};
    }
    std::array<int, 2> ends_{};
    obs::CaptureSink events_;
    SystemWallClock clock_;
};

TEST_F(ProgressSinkTest, ALineIsThereAsLongAsItIsCompiled) {
    ProgressSink sink(&events_, ends_[1], obs::Colour::on);
    const obs::Log log(&sink, &clock_);

    log.info("engine.compile_started", obs::kv("bytes", std::uint64_t{3} << 20U));
    EXPECT_THAT(shown(), EndsWith("compiling 3.0 MiB, 0 s ..."));
    log.info("app.something_else");
    EXPECT_THAT(shown(), StartsWith("\r\x1b[K"));
    log.info("engine.code_compiled");

    EXPECT_THAT(shown(), EndsWith("\r\x1b[K"));
    EXPECT_EQ(events_.events().size(), 3U);
}

TEST_F(ProgressSinkTest, ATerminalThatCannotEraseGetsOneLine) {
    ProgressSink sink(nullptr, ends_[1], obs::Colour::off);
    const obs::Log log(&sink, &clock_);

    log.info("engine.compile_started", obs::kv("bytes", std::uint64_t{1} << 20U));
    log.warn("engine.compile_failed");

    EXPECT_EQ(shown(), "compiling 1.0 MiB ...\n");
}

TEST_F(ProgressSinkTest, OneThatIsInterruptedLeavesNothing) {
    {
        ProgressSink sink(nullptr, ends_[1], obs::Colour::on);
        obs::Log(&sink, &clock_).info("engine.compile_started");
        EXPECT_THAT(shown(), HasSubstr("compiling"));
    }
    EXPECT_THAT(shown(), EndsWith("\r\x1b[K"));
}

}  // namespace
}  // namespace weft::app
