#include "io/process/run_child.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>

namespace weft::process {
namespace {

Job shell(std::string script) {
    return {.command = {.program = "/bin/sh",
                        .arguments = {"sh", "-c", std::move(script)},
                        .descriptors = {},
                        .limits = {}}};
}

JobOutcome outcome_of(Job job) {
    auto outcome = run_child(std::move(job));
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome.value_or(JobOutcome{});
}

TEST(RunChild, GivesOutputAndExitCode) {
    const auto outcome = outcome_of(shell("echo out; echo err >&2; exit 3"));

    EXPECT_EQ(outcome.how, JobEnd::exited);
    EXPECT_FALSE(outcome.end.is_signal);
    EXPECT_EQ(outcome.end.code, 3);
    EXPECT_EQ(outcome.output, "out\n");
    EXPECT_EQ(outcome.errors, "err\n");
    EXPECT_GT(outcome.end.rss_bytes_max, 0U);
}

TEST(RunChild, EndsAChildThatIsStopped) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const Descriptor reading(ends[0]);
    const Descriptor writing(ends[1]);
    auto job = shell("echo stop >&5; sleep 600");
    job.command.descriptors = {{writing.get(), 5}};
    job.stop_fd = reading.get();

    const auto outcome = outcome_of(std::move(job));

    EXPECT_EQ(outcome.how, JobEnd::stopped);
    EXPECT_TRUE(outcome.end.is_signal);
    EXPECT_EQ(outcome.end.code, SIGKILL);
}

TEST(RunChild, PassesTheNamedDescriptorsAndNoOther) {
    // Not closed when a program starts: a child without care would have it.
    const Descriptor leaking(::open("/dev/null", O_RDONLY));
    const Descriptor first(::memfd_create("first", MFD_CLOEXEC));
    const Descriptor second(::memfd_create("second", MFD_CLOEXEC));
    auto job = shell("ls -l /proc/self/fd | sed -n 's/.* \\([0-9]* -> .*\\)/\\1/p'");
    // Each takes the other's number.
    job.command.descriptors = {{first.get(), second.get()}, {second.get(), first.get()}};

    const auto outcome = outcome_of(std::move(job));

    const auto line = [](int fd, const std::string& target) {
        return std::to_string(fd) + " -> " + target;
    };
    EXPECT_NE(outcome.output.find(line(0, "/dev/null\n")), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find(line(second.get(), "/memfd:first")), std::string::npos);
    EXPECT_NE(outcome.output.find(line(first.get(), "/memfd:second")), std::string::npos);
    EXPECT_EQ(outcome.output.find("/dev/null"), outcome.output.rfind("/dev/null"));
    // 0, 1, 2, the two, and the directory that ls itself reads.
    EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 6) << outcome.output;
}

TEST(RunChild, GivesNothingOfItsOwnSurroundings) {
    const auto outcome = outcome_of(
        shell("pwd; tr '\\0' '\\n' </proc/$$/environ | wc -l;"
              "sed -n 's/^NoNewPrivs:.//p;s/^SigBlk:.//p;s/^SigIgn:.//p' /proc/self/status;"
              "[ $(cut -d' ' -f5 /proc/$$/stat) -eq $$ ] && echo own group; ulimit -c; ulimit -n"));

    EXPECT_EQ(outcome.output, "/\n0\n0000000000000000\n0000000000000000\n1\nown group\n0\n64\n");
}

TEST(RunChild, EndsAChildThatTakesTooLong) {
    auto job = shell("trap '' TERM; echo begun; while :; do read x </dev/zero; done");
    job.time_max = std::chrono::milliseconds(200);

    const auto outcome = outcome_of(std::move(job));

    EXPECT_EQ(outcome.how, JobEnd::out_of_time);
    EXPECT_EQ(outcome.output, "begun\n");
}

TEST(RunChild, EndsAChildThatComputesTooLong) {
    auto job = shell("while :; do :; done");
    job.command.limits.cpu_s_max = 1;

    const auto outcome = outcome_of(std::move(job));

    EXPECT_EQ(outcome.how, JobEnd::out_of_time);
    EXPECT_TRUE(outcome.end.is_signal);
    EXPECT_LT(outcome.end.cpu_time, std::chrono::seconds(3));
}

TEST(RunChild, EndsAChildThatWritesTooMuch) {
    auto job = shell("while :; do echo 0123456789; done");
    job.output_bytes_max = 100'000;

    const auto outcome = outcome_of(std::move(job));

    EXPECT_EQ(outcome.how, JobEnd::output_too_large);
    EXPECT_EQ(outcome.output.size(), 100'000U);
}

TEST(RunChild, KeepsTheBeginningOfErrors) {
    const auto outcome = outcome_of(
        shell("i=0; while [ $i -lt 5000 ]; do echo 0123456789 >&2; i=$((i+1)); done; echo done"));

    EXPECT_EQ(outcome.how, JobEnd::exited);
    EXPECT_EQ(outcome.errors.size(), 4096U);
    EXPECT_EQ(outcome.output, "done\n");
}

TEST(RunChild, EndsAChildWhoseFileGrowsTooLarge) {
    const Descriptor file(::memfd_create("file", MFD_CLOEXEC));
    auto job = shell("while :; do echo 0123456789 >&3; done");
    job.command.descriptors = {{file.get(), 3}};
    job.command.limits.file_bytes_max = 1000;

    const auto outcome = outcome_of(std::move(job));

    EXPECT_EQ(outcome.how, JobEnd::output_too_large);
    EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 1000);
}

TEST(RunChild, TellsTheWaysToEndApart) {
    auto full = shell("exit 42");
    full.out_of_memory_code = 42;
    EXPECT_EQ(outcome_of(std::move(full)).how, JobEnd::out_of_memory);
    EXPECT_EQ(outcome_of(shell("exit 42")).how, JobEnd::exited);

    const auto killed = outcome_of(shell("kill -SEGV $$"));
    EXPECT_EQ(killed.how, JobEnd::killed);
    EXPECT_TRUE(killed.end.is_signal);
    EXPECT_EQ(killed.end.code, SIGSEGV);
}

TEST(RunChild, HoldsAChildToItsMemory) {
    auto job = shell("x=0123456789; while :; do x=$x$x; done");
    job.command.limits.memory_bytes_max = 16U << 20U;

    const auto outcome = outcome_of(std::move(job));

    EXPECT_NE(outcome.end.code, 0);
    EXPECT_LT(outcome.end.rss_bytes_max, 32U << 20U);
}

/// True once a process is gone, or dead and only not yet taken note of by the process that adopted
/// it.
bool has_ended(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/stat");
    const std::string stat{std::istreambuf_iterator<char>(file), {}};
    const auto end_of_name = stat.rfind(')');
    return end_of_name == std::string::npos || stat.substr(end_of_name + 2, 1) == "Z";
}

TEST(RunChild, EndsWhatAChildLeavesBehind) {
    const auto outcome = outcome_of(shell("sleep 1000 >/dev/null 2>&1 & printf $!"));

    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!has_ended(outcome.output) && std::chrono::steady_clock::now() < patience)
        std::this_thread::yield();
    EXPECT_TRUE(has_ended(outcome.output));
}

TEST(RunChild, EndsWithTheThreadThatMadeIt) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const pid_t parent = ::fork();
    if (parent == 0) {
        auto job = shell("echo x >&3; exec sleep 1000");
        auto command = job.command;
        command.descriptors = {{writing.get(), 3}};
        auto child = Child::start(command);
        ::_exit(child ? 0 : 1);  // Without any clean-up.
    }
    writing.close();
    int status = 0;
    ::waitpid(parent, &status, 0);
    ASSERT_EQ(status, 0);

    // The pipe ends when nobody has it any more.
    std::array<char, 8> text{};
    while (::read(reading.get(), text.data(), text.size()) > 0) {
    }
}

TEST(RunChild, SaysWhyAProgramCannotBeStarted) {
    auto missing = shell("");
    missing.command.program = "/nonexistent";
    EXPECT_EQ(run_child(std::move(missing)).error().code, Errc::not_found);
    auto denied = shell("");
    denied.command.program = "/etc/passwd";

    const auto refused = run_child(std::move(denied));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::denied);
    EXPECT_EQ(refused.error().slug, Slug("process.cannot_start"));
    EXPECT_NE(refused.error().message.find("/etc/passwd"), std::string::npos);
}

}  // namespace
}  // namespace weft::process
