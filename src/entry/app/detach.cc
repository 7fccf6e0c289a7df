#include "entry/app/detach.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/core/errc.h"

namespace weft::app {
namespace {

// The first byte of a report: success, or the error code counted from first_failure.
constexpr char success = 'S';
constexpr std::size_t first_failure = 'a';

volatile sig_atomic_t background_host = 0;

void set_signals_blocked(bool blocked) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &signals, nullptr);
}

void handle_signals(void (*handler)(int)) {
    struct sigaction action{};
    action.sa_flags = SA_RESTART;
    action.sa_handler = handler;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

/// While it lives a signal to the command ends the host, which says so to the command. Made where
/// both signals are blocked.
class PassedOn {
  public:
    explicit PassedOn(pid_t host) {
        background_host = host;
        handle_signals([](int) { ::kill(background_host, SIGTERM); });
        set_signals_blocked(false);
    }
    PassedOn(const PassedOn&) = delete;
    PassedOn& operator=(const PassedOn&) = delete;
    ~PassedOn() { handle_signals(SIG_DFL); }
};

}  // namespace

Result<Detached> Detached::fork(const std::string& log_file) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(Errc::unavailable, "app.detach_failed", "cannot start in the background: {}",
                    std::strerror(errno));
    const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    // A signal from here on waits until the command passes it on, and the host looks for it.
    set_signals_blocked(true);
    const pid_t child = log < 0 || null < 0 ? -1 : ::fork();
    if (child < 0) {
        const int error = errno;
        set_signals_blocked(false);
        for (const int fd : {ends[0], ends[1], log, null})
            if (fd >= 0) ::close(fd);
        return fail(error == EACCES ? Errc::denied : Errc::unavailable, "app.detach_failed",
                    "cannot start in the background with the log '{}': {}", log_file,
                    std::strerror(error));
    }
    const bool is_host = child == 0;
    if (is_host) {
        ::setsid();
        ::dup2(null, STDIN_FILENO);
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
    }
    ::close(log);
    ::close(null);
    ::close(ends[is_host ? 0 : 1]);
    if (!is_host) return wait_for_report(ends[0], child);
    Detached host;
    host.side_ = Side::host;
    host.pipe_ = ends[1];
    return host;
}

Detached Detached::wait_for_report(int pipe, int host) {
    const PassedOn signals(host);
    Detached command;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto got = ::read(pipe, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        command.report_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    ::close(pipe);
    if (command.report_.empty()) {
        command.outcome_ =
            fail(Errc::internal, "app.background_ended",
                 "the host in the background ended before it served; its log says why");
        return command;
    }
    const char kind = command.report_.front();
    command.report_.erase(0, 1);
    const auto index = static_cast<std::size_t>(kind) - first_failure;
    if (kind != success && index < errc_table().size())
        command.outcome_ =
            fail(errc_table()[index].code, "app.background_failed", "{}", command.report_);
    return command;
}

void Detached::tell(std::string_view report) { send(success, report); }

void Detached::tell_failure(const Error& error) {
    send(static_cast<char>(first_failure + static_cast<std::size_t>(error.code)),
         error.message + " (" + std::string(error.slug.text()) + ")");
}

void Detached::send(char kind, std::string_view text) {
    if (pipe_ < 0) return;
    const std::string message = std::string(1, kind) + std::string(text);
    [[maybe_unused]] const auto wrote = ::write(pipe_, message.data(), message.size());
    ::close(std::exchange(pipe_, -1));
}

Detached::Detached(Detached&& other) noexcept
    : side_(other.side_),
      pipe_(std::exchange(other.pipe_, -1)),
      report_(std::move(other.report_)),
      outcome_(std::move(other.outcome_)) {}

Detached::~Detached() {
    if (pipe_ >= 0) ::close(pipe_);
}

}  // namespace weft::app
