#include "io/process/run_child.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace weft::process {
namespace {

constexpr std::size_t errors_bytes_max = 4096;
using Clock = std::chrono::steady_clock;

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

/// Whole milliseconds until then, rounded up; 0 when it is over.
int left_ms(Clock::time_point due) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

/// Listens until the child has ended or must end. The latter's reason, or `exited`.
JobEnd listen(const Child& child, Channel& output, Channel& errors, Clock::time_point due,
              int stop_fd) {
    while (true) {
        std::array<pollfd, 4> waiting{{{child.pidfd(), POLLIN, 0},
                                       {output.reading.get(), POLLIN, 0},
                                       {errors.reading.get(), POLLIN, 0},
                                       {stop_fd, POLLIN, 0}}};
        const int ready = ::poll(waiting.data(), waiting.size(), left_ms(due));
        if (ready < 0 && errno != EINTR) return JobEnd::killed;
        output.drain();
        errors.drain();
        errors.is_over = false;
        if (output.is_over) return JobEnd::output_too_large;
        if (ready > 0 && waiting[0].revents != 0) return JobEnd::exited;
        if (ready > 0 && waiting[3].revents != 0) return JobEnd::stopped;
        if (Clock::now() >= due) return JobEnd::out_of_time;
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
    const auto due = Clock::now() + job.time_max;
    TRY(auto output, make_pipe());
    TRY(auto errors, make_pipe());
    job.command.descriptors.push_back({output.writing.get(), STDOUT_FILENO});
    job.command.descriptors.push_back({errors.writing.get(), STDERR_FILENO});
    TRY(auto child, Child::start(job.command));
    output.writing.close();
    errors.writing.close();
    Channel from_output{std::move(output.reading), {}, job.output_bytes_max};
    Channel from_errors{std::move(errors.reading), {}, errors_bytes_max};
    const auto reason = listen(child, from_output, from_errors, due, job.stop_fd);
    if (reason != JobEnd::exited) child.kill();
    const auto end = child.wait();
    from_output.drain();
    from_errors.drain();
    auto how = reason != JobEnd::exited ? reason : kind_of(end, job);
    if (how == JobEnd::exited && from_output.is_over) how = JobEnd::output_too_large;
    return JobOutcome{how, end, std::move(from_output.text), std::move(from_errors.text)};
}

}  // namespace weft::process
