#include "base/obs/line_writer.h"

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/obs/sinks.h"

namespace weft::obs {
namespace {

/// A pipe whose writing end does not block.
class Pipe {
  public:
    Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC), 0); }
    ~Pipe() {
        for (const int end : ends_) ::close(end);
    }
    int in() const { return ends_[1]; }
    std::string drain() const {
        std::string all;
        std::array<char, 4096> part{};
        for (ssize_t got = 0; (got = ::read(ends_[0], part.data(), part.size())) > 0;)
            all.append(part.data(), static_cast<std::size_t>(got));
        return all;
    }

  private:
    std::array<int, 2> ends_{};
};

TEST(LineWriter, KeepsLinesOfSeveralThreadsWhole) {
    constexpr int lines = 50;
    const Pipe pipe;
    LineWriter writer(pipe.in());
    {
        std::vector<std::jthread> threads;
        for (char name : {'a', 'b', 'c', 'd'})
            threads.emplace_back([&writer, name] {
                for (int i = 0; i < lines; ++i) writer.write(std::string(100, name) + "\n");
            });
    }

    const auto all = pipe.drain();

    ASSERT_EQ(all.size(), 4U * lines * 101U);
    for (std::size_t at = 0; at < all.size(); at += 101)
        EXPECT_EQ(all.substr(at, 101), std::string(100, all[at]) + "\n");
    EXPECT_EQ(writer.lines_lost(), 0U);
}

TEST(LineWriter, NeverWaitsForItsReaderAndLosesNothingThatFits) {
    constexpr std::size_t line_bytes = 30'000;
    const Pipe pipe;
    LineWriter writer(pipe.in(), 10 * line_bytes);
    std::string expected;

    // Two fit into the pipe, ten into the queue, and part of one is on its way.
    for (char name = 'a'; name <= 'z'; ++name) writer.write(std::string(line_bytes, name) + "\n");

    const auto lost = writer.lines_lost();
    EXPECT_GE(lost, 10U);
    EXPECT_EQ(writer.take_lost(), lost);
    EXPECT_EQ(writer.take_lost(), 0U);
    const auto kept = 26 - lost;
    std::string all;
    while (all.size() < kept * (line_bytes + 1)) all += pipe.drain();
    for (std::size_t at = 0; at < kept; ++at)
        expected += std::string(line_bytes, char('a' + at)) + "\n";
    EXPECT_EQ(all, expected);
    writer.write("next\n");
    std::string next;
    while (next.empty()) next = pipe.drain();
    EXPECT_EQ(next, "next\n");
}

TEST(LineWriter, EndsThoughNobodyReads) {
    const Pipe pipe;
    const auto begin = std::chrono::steady_clock::now();
    {
        LineWriter writer(pipe.in());
        writer.write(std::string(200'000, 'x') + "\n");
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(LineWriter, CountsLinesForAClosedDescriptor) {
    LineWriter writer(-1);

    writer.write("line\n");

    EXPECT_EQ(writer.lines_lost(), 1U);
}

TEST(Sinks, SayWhatWasLost) {
    const Pipe pipe;
    const SystemWallClock clock;
    JsonSink json(pipe.in());
    const std::string long_text(4000, 'x');

    // More than the pipe and the queue take together.
    for (int i = 0; i < 400; ++i) Log(&json, &clock).info("app.start_done", kv("text", long_text));
    ASSERT_GT(json.lines_lost(), 0U);
    std::string all;
    while (!all.contains("log.lines_lost")) {
        all += pipe.drain();
        if (all.ends_with('\n')) Log(&json, &clock).info("app.start_done");
    }
    EXPECT_THAT(all, ::testing::HasSubstr("\"event\":\"log.lines_lost\",\"lines\":"));
}

TEST(Sinks, WriteALineEach) {
    const Pipe pipe;
    const SystemWallClock clock;
    JsonSink json(pipe.in());
    PrettySink pretty(pipe.in(), Colour::off);

    Log(&json, &clock).info("app.start_done");
    Log(&pretty, &clock).info("app.start_done");

    EXPECT_THAT(pipe.drain(), ::testing::MatchesRegex("\\{.*\"event\":\"app.start_done\"\\}\n"
                                                      ".* info  app.start_done\n"));
    EXPECT_EQ(json.lines_lost() + pretty.lines_lost(), 0U);
}

}  // namespace
}  // namespace weft::obs
