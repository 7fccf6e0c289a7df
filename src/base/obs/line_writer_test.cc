#include "base/obs/line_writer.h"

#include <array>
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

TEST(LineWriter, CountsLinesThatDoNotFitAndEndsACutOne) {
    const Pipe pipe;
    LineWriter writer(pipe.in());

    writer.write(std::string(100'000, 'x') + "\n");  // Over the pipe's 64 KiB: cut.
    writer.write("refused\n");
    const auto before = pipe.drain();
    writer.write("next\n");

    EXPECT_EQ(writer.lines_lost(), 2U);
    EXPECT_THAT(before, ::testing::Not(::testing::HasSubstr("refused")));
    EXPECT_EQ(pipe.drain(), "\nnext\n");
}

TEST(LineWriter, CountsLinesForAClosedDescriptor) {
    LineWriter writer(-1);

    writer.write("line\n");

    EXPECT_EQ(writer.lines_lost(), 1U);
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
