#include "io/process/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/core/assert.h"
#include "io/process/become.h"

namespace weft::process {
namespace {

Failure cannot_start(const std::string& program, int error) {
    const auto code = error == ENOENT                     ? Errc::not_found
                      : error == EACCES || error == EPERM ? Errc::denied
                                                          : Errc::unavailable;
    return fail(code, "process.cannot_start", "the program '{}' cannot be started: {}", program,
                std::strerror(error));
}

/// Holds every signal back while a child shares this process's memory: no handler must run in it.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
    ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

Plan plan_of(const Command& command, int null, int report) {
    Plan plan{.program = command.program.c_str(),
              .arguments = {},
              .passed = command.descriptors,
              .held = {},
              .limits = command.limits,
              .report = report,
              .parent = ::getpid()};
    for (const auto& argument : command.arguments)
        plan.arguments.push_back(const_cast<char*>(argument.c_str()));
    plan.arguments.push_back(nullptr);
    for (int standard = 0; standard <= 2; ++standard)
        if (std::ranges::find(plan.passed, standard, &Passed::theirs) == plan.passed.end())
            plan.passed.push_back({null, standard});
    std::ranges::sort(plan.passed, {}, &Passed::theirs);
    plan.held.resize(plan.passed.size());
    return plan;
}

/// A new process without a copy of this one's memory, as large as it may be: this thread stands
/// still until the other has become a program or given up.
pid_t start_process(Plan& plan) {
    const AllSignalsBlocked blocked;
    const pid_t pid = ::vfork();
    if (pid == 0) become(plan);
    return pid;
}

/// 0 when the program runs.
int read_report(int pipe) {
    int error = 0;
    ssize_t got = 0;
    do got = ::read(pipe, &error, sizeof error);
    while (got < 0 && errno == EINTR);
    return got == sizeof error ? error : 0;
}

void reap(pid_t pid) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Duration time_of(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

Result<Child> Child::start(const Command& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return cannot_start(command.program, errno);
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return cannot_start(command.program, errno);
    auto plan = plan_of(command, null.get(), writing.get());
    const pid_t pid = start_process(plan);
    if (pid < 0) return cannot_start(command.program, errno);
    writing.close();
    if (const int error = read_report(reading.get()); error != 0) {
        reap(pid);
        return cannot_start(command.program, error);
    }
    Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) {
        const int error = errno;
        ::kill(-pid, SIGKILL);
        reap(pid);
        return cannot_start(command.program, error);
    }
    return Child(pid, std::move(pidfd));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)) {}

Child::~Child() {
    if (pid_ == 0) return;
    kill();
    wait();
}

// Until it is waited for, no other process gets its number.
void Child::kill() { ::kill(-pid_, SIGKILL); }

ChildEnd Child::wait() {
    WEFT_ASSERT(pid_ > 0, "a child is waited for once");
    siginfo_t ended{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT) < 0 &&
           errno == EINTR) {
    }
    kill();
    int status = 0;
    rusage used{};
    while (::wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return {.is_signal = WIFSIGNALED(status),
            .code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
            .cpu_time = time_of(used.ru_utime) + time_of(used.ru_stime),
            .rss_bytes_max = static_cast<std::uint64_t>(used.ru_maxrss) * 1024};
}

}  // namespace weft::process
