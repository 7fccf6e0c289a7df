#include "io/process/become.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace weft::process {
namespace {

[[noreturn]] void give_up(const Plan& plan) noexcept {
    const int error = errno;
    [[maybe_unused]] const auto wrote = ::write(plan.report, &error, sizeof error);
    ::_exit(127);
}

void check(const Plan& plan, bool done) noexcept {
    if (!done) give_up(plan);
}

/// No handler of the parent runs here, and what it ignores is not ignored.
void forget_signal_handlers() noexcept {
    struct sigaction by_default{};
    by_default.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &by_default, nullptr);
}

void set_limit(const Plan& plan, __rlimit_resource resource, rlim_t soft, rlim_t hard) noexcept {
    const rlimit limit{soft, hard};
    check(plan, ::setrlimit(resource, &limit) == 0);
}

void set_limits(const Plan& plan) noexcept {
    const auto& limits = plan.limits;
    set_limit(plan, RLIMIT_CORE, 0, 0);
    set_limit(plan, RLIMIT_NOFILE, limits.descriptors_max, limits.descriptors_max);
    if (limits.cpu_s_max != 0)  // The first signal can be told from others; the second is final.
        set_limit(plan, RLIMIT_CPU, limits.cpu_s_max, limits.cpu_s_max + 1);
    if (limits.memory_bytes_max != 0)
        set_limit(plan, RLIMIT_DATA, limits.memory_bytes_max, limits.memory_bytes_max);
    if (limits.file_bytes_max != 0)
        set_limit(plan, RLIMIT_FSIZE, limits.file_bytes_max, limits.file_bytes_max);
}

/// Closes a range when the program starts, so that a report can still be written before.
void close_later(const Plan& plan, unsigned first, unsigned last) noexcept {
    if (first > last) return;
    check(plan, ::syscall(SYS_close_range, first, last, CLOSE_RANGE_CLOEXEC) == 0);
}

/// Puts every descriptor under its number. All are copied out of the way first: one's number may be
/// another's place.
void place_descriptors(Plan& plan) noexcept {
    const int above = plan.passed.back().theirs + 1;
    for (std::size_t index = 0; index < plan.passed.size(); ++index) {
        plan.held[index] = ::fcntl(plan.passed[index].ours, F_DUPFD_CLOEXEC, above);
        check(plan, plan.held[index] >= 0);
    }
    if (plan.report < above) {
        plan.report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, above);
        check(plan, plan.report >= 0);
    }
    unsigned next = 0;
    for (std::size_t index = 0; index < plan.passed.size(); ++index) {
        const int theirs = plan.passed[index].theirs;
        if (theirs > 0 && next < static_cast<unsigned>(theirs))
            close_later(plan, next, static_cast<unsigned>(theirs) - 1);
        check(plan, ::dup2(plan.held[index], theirs) == theirs);
        next = static_cast<unsigned>(theirs) + 1;
    }
    close_later(plan, next, ~0U);
}

}  // namespace

void become(Plan& plan) noexcept {
    forget_signal_handlers();
    check(plan, ::setpgid(0, 0) == 0);
    check(plan, ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
    if (::getppid() != plan.parent) ::_exit(127);  // It ended before it could be watched.
    check(plan, ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    check(plan, ::chdir("/") == 0);
    place_descriptors(plan);
    set_limits(plan);
    sigset_t none;
    ::sigemptyset(&none);
    check(plan, ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0);
    char* const no_environment[] = {nullptr};
    ::execve(plan.program, plan.arguments.data(), no_environment);
    give_up(plan);
}

}  // namespace weft::process
