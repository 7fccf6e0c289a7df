#include "base/obs/line_writer.h"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/obs/registry.h"
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

/// A log file in a folder of its own.
class LogFileTest : public testing::Test {
  protected:
    LogFileTest() {
        std::string form = testing::TempDir() + "weft_log_XXXXXX";
        folder_ = ::mkdtemp(form.data());
        path_ = folder_ + "/weft.log";
        descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    ~LogFileTest() override {
        ::close(descriptor_);
        std::filesystem::remove_all(folder_);
    }
    static std::string read(const std::string& path) {
        std::ostringstream content;
        content << std::ifstream(path).rdbuf();
        return content.str();
    }
    static std::string line(char name) { return std::string(9, name) + "\n"; }

    std::string folder_;
    std::string path_;
    int descriptor_ = -1;
};

TEST_F(LogFileTest, IsReplacedWhenItIsFullAndOneOlderStays) {
    LineWriter writer(descriptor_, LogFile{path_, 25});

    for (const char name : {'a', 'b', 'c', 'd', 'e'}) writer.write(line(name));

    EXPECT_EQ(read(path_), line('e'));
    EXPECT_EQ(read(path_ + ".1"), line('c') + line('d'));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2);
    EXPECT_EQ(writer.lines_lost(), 0U);
    EXPECT_EQ(::write(descriptor_, "panic\n", 6), 6)
        << "others who write there write to the new one";
    EXPECT_EQ(read(path_), line('e') + "panic\n");
}

TEST_F(LogFileTest, CountsWhatWasThereBefore) {
    ASSERT_EQ(::write(descriptor_, "0123456789\n", 11), 11);
    LineWriter writer(descriptor_, LogFile{path_, 25});

    for (const char name : {'a', 'b'}) writer.write(line(name));

    EXPECT_EQ(read(path_), line('b'));
    EXPECT_EQ(read(path_ + ".1"), "0123456789\n" + line('a'));
}

TEST_F(LogFileTest, ALineOverTheLimitIsWrittenAlone) {
    LineWriter writer(descriptor_, LogFile{path_, 5});

    for (const char name : {'a', 'b'}) writer.write(line(name));

    EXPECT_EQ(read(path_), line('b'));
    EXPECT_EQ(read(path_ + ".1"), line('a'));
}

TEST_F(LogFileTest, BeginsAnewItselfWhereThereCanBeNoOther) {
    std::filesystem::create_directory(path_ + ".1");
    LineWriter writer(descriptor_, LogFile{path_, 25});

    for (const char name : {'a', 'b', 'c'}) writer.write(line(name));

    EXPECT_EQ(read(path_), line('c'));
}

TEST_F(LogFileTest, TheOlderOneStaysWhenNoNewOneCanBeMade) {
    std::ofstream(path_ + ".1") << "older\n";
    std::filesystem::create_directory(path_ + ".new");
    LineWriter writer(descriptor_, LogFile{path_, 25});

    for (const char name : {'a', 'b', 'c'}) writer.write(line(name));

    EXPECT_EQ(read(path_ + ".1"), "older\n");
    EXPECT_EQ(read(path_), line('c'));
    EXPECT_EQ(writer.lines_lost(), 0U);
}

TEST_F(LogFileTest, WhatSomebodyElseMovedAwayIsLeftAlone) {
    LineWriter writer(descriptor_, LogFile{path_, 25});
    for (const char name : {'a', 'b'}) writer.write(line(name));
    std::filesystem::rename(path_, folder_ + "/kept");

    writer.write(line('c'));

    EXPECT_EQ(read(folder_ + "/kept"), line('a') + line('b'));
    EXPECT_EQ(read(path_), line('c'));
}

/// A file that may have 25 bytes is a disk that is full then.
TEST_F(LogFileTest, AFullDiskLosesLinesAndNothingElse) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    Registry registry;
    LineWriter writer(descriptor_, LogFile{path_, 1'000});
    writer.count_lost(registry.counter("weft_log_lines_lost_total", "lines"));
    rlimit small = before;
    small.rlim_cur = 25;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    for (const char name : {'a', 'b', 'c', 'd'}) writer.write(line(name));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);

    writer.write(line('e'));

    EXPECT_EQ(read(path_), line('a') + line('b') + "ccccc\n" + line('e'));
    EXPECT_EQ(writer.lines_lost(), 2U);
    EXPECT_EQ(registry.snapshot().at(0).value, 2);
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
