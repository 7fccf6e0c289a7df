#pragma once

#include <unistd.h>

#include "base/core/time.h"
#include "base/obs/limited_log.h"
#include "base/obs/sinks.h"
#include "platform/host/guest_log.h"

namespace weft::bench {

/// What the parts of a host write their log to and count with: as in a host, but only errors are
/// shown.
struct QuietLogging {
    SystemWallClock clock;
    obs::Registry registry;
    obs::PrettySink sink{STDERR_FILENO, obs::Colour::off};
    obs::Log log{&sink, &clock, obs::Level::error};
    obs::LimitedLog failures{log, registry};
    obs::RateLimiter limiter{{.budget_per_s = 100, .sources_max = 16}};
    host::GuestLogShared shared{log, host::Probe::in(registry), &limiter, &failures};
};

}  // namespace weft::bench
