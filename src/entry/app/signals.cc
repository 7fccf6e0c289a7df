#include "entry/app/signals.h"

#include <sys/signalfd.h>

#include <csignal>

namespace weft::app {

Result<StopSignals> StopSignals::block() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    const int fd = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return fail(Errc::unavailable, "app.no_descriptor",
                    "the process has no file descriptors left; raise the limit");
    return StopSignals(fd);
}

}  // namespace weft::app
