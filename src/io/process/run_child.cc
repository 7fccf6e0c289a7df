#include "io/process/run_child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace weft::process {
namespace {

constexpr std::size_t errors_bytes_max = 4096;

/// What a child writes into one of its descriptors.
struct Channel {
    Descriptor reading;
    std::string text;
    std::size_t bytes_max;
    bool is_over = false;  ///< More came than is kept.

    /// Takes what is there without waiting. Closes at the end.
    void drain() {
        std::array<char, 4096> buffer{};
        while (reading) {
            const auto got = ::read(reading.get(), buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR) continue;
            if (got < 0 && errno == EAGAIN) return;
            if (got <= 0) return reading.close();
            const auto room = std::min(static_cast<std::size_t>(got), bytes_max - text.size());
            text.append(buffer.data(), room);
            is_over |= room < static_cast<std::size_t>(got);
            if (is_over) return;
        }
    }
};

struct Pipe {
    Descriptor reading;
    Descriptor writing;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(Errc::unavailable, "process.no_pipe",
                    "there is no pipe for the output of a program: {}", std::strerror(errno));
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Gets readable after `wait`.
Result<Descriptor> make_timer(Duration wait) {
    Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    const auto wait_s = std::chrono::floor<std::chrono::seconds>(wait);
    itimerspec due{};
    due.it_value = {.tv_sec = wait_s.count(), .tv_nsec = (wait - wait_s).count()};
    if (wait <= Duration::zero()) due.it_value = {.tv_sec = 0, .tv_nsec = 1};  // 0 means never.
    if (!timer || ::timerfd_settime(timer.get(), 0, &due, nullptr) != 0)
        return fail(Errc::unavailable, "process.no_timer",
                    "there is no timer for a program's time: {}", std::strerror(errno));
    return timer;
}

/// Listens until the child has ended or must end. The latter's reason, or `exited`.
JobEnd listen(const Child& child, Channel& output, Channel& errors, int timer_fd, int stop_fd) {
    while (true) {
        std::array<pollfd, 5> waiting{{{child.pidfd(), POLLIN, 0},
                                       {output.reading.get(), POLLIN, 0},
                                       {errors.reading.get(), POLLIN, 0},
                                       {stop_fd, POLLIN, 0},
                                       {timer_fd, POLLIN, 0}}};
        const int ready = ::poll(waiting.data(), waiting.size(), -1);
        if (ready < 0 && errno != EINTR) return JobEnd::killed;
        output.drain();
        errors.drain();
        errors.is_over = false;
        if (output.is_over) return JobEnd::output_too_large;
        if (ready > 0 && waiting[0].revents != 0) return JobEnd::exited;
        if (ready > 0 && waiting[3].revents != 0) return JobEnd::stopped;
        if (ready > 0 && waiting[4].revents != 0) return JobEnd::out_of_time;
    }
}

JobEnd kind_of(const ChildEnd& end, const Job& job) {
    const bool used_cpu_up = job.command.limits.cpu_s_max != 0 &&
                             end.cpu_time >= std::chrono::seconds(job.command.limits.cpu_s_max);
    if (!end.is_signal)
        return job.out_of_memory_code != 0 && end.code == job.out_of_memory_code
                   ? JobEnd::out_of_memory
                   : JobEnd::exited;
    if (end.code == SIGXCPU || (end.code == SIGKILL && used_cpu_up)) return JobEnd::out_of_time;
    if (end.code == SIGXFSZ) return JobEnd::output_too_large;
    return JobEnd::killed;
}

}  // namespace

Result<JobOutcome> run_child(Job job) {
    TRY(const auto timer, make_timer(job.time_max));
    TRY(auto output, make_pipe());
    TRY(auto errors, make_pipe());
    job.command.descriptors.push_back({output.writing.get(), STDOUT_FILENO});
    job.command.descriptors.push_back({errors.writing.get(), STDERR_FILENO});
    TRY(auto child, Child::start(job.command));
    output.writing.close();
    errors.writing.close();
    Channel from_output{std::move(output.reading), {}, job.output_bytes_max};
    Channel from_errors{std::move(errors.reading), {}, errors_bytes_max};
    const auto reason = listen(child, from_output, from_errors, timer.get(), job.stop_fd);
    if (reason != JobEnd::exited) child.kill();
    const auto end = child.wait();
    from_output.drain();
    from_errors.drain();
    auto how = reason != JobEnd::exited ? reason : kind_of(end, job);
    if (how == JobEnd::exited && from_output.is_over) how = JobEnd::output_too_large;
    return JobOutcome{how, end, std::move(from_output.text), std::move(from_errors.text)};
}

}  // namespace weft::process
