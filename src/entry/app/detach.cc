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
    sigaddset(&signals, SIGHUP);
    ::pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &signals, nullptr);
}

void handle_signals(void (*handler)(int)) {
    struct sigaction action{};
    action.sa_flags = SA_RESTART;
    action.sa_handler = handler;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGHUP, &action, nullptr);
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
    Descriptor of_command(ends[0]);
    Descriptor of_host(ends[1]);
    const Descriptor log(::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    // A signal from here on waits until the command passes it on, and the host looks for it.
    set_signals_blocked(true);
    const pid_t child = !log || !null ? -1 : ::fork();
    if (child < 0) {
        const int error = errno;
        set_signals_blocked(false);
        return fail(error == EACCES ? Errc::denied : Errc::unavailable, "app.detach_failed",
                    "cannot start in the background with the log '{}': {}", log_file,
                    std::strerror(error));
    }
    if (child > 0) {
        of_host.close();
        return wait_for_report(of_command, child);
    }
    ::setsid();
    ::dup2(null.get(), STDIN_FILENO);
    ::dup2(null.get(), STDOUT_FILENO);
    ::dup2(log.get(), STDERR_FILENO);
    Detached host;
    host.side_ = Side::host;
    host.pipe_ = std::move(of_host);
    return host;
}

Detached Detached::wait_for_report(const Descriptor& pipe, int host) {
    const PassedOn signals(host);
    Detached command;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto got = ::read(pipe.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        command.report_.append(buffer.data(), static_cast<std::size_t>(got));
    }
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
    if (!pipe_) return;
    const std::string message = std::string(1, kind) + std::string(text);
    [[maybe_unused]] const auto wrote = ::write(pipe_.get(), message.data(), message.size());
    pipe_.close();
}

}  // namespace weft::app
