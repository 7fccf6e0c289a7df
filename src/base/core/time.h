#pragma once

#include <chrono>

namespace weft {

using Duration = std::chrono::nanoseconds;

/// Monotonic time for deadlines and intervals. Only an Executor says what time it is; a SimLoop's
/// time is virtual.
struct MonotonicClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = Duration;
    using time_point = std::chrono::time_point<MonotonicClock, duration>;
    static constexpr bool is_steady = true;
};
using TimePoint = MonotonicClock::time_point;

/// Seconds since 1970-01-01 UTC, as tokens carry them.
using UnixSeconds = std::int64_t;

/// The wall clock, for token validity and for time stamps in logs. An interface, so that tests
/// choose the time.
class WallClock {
  public:
    virtual ~WallClock() = default;
    virtual std::chrono::system_clock::time_point now() const = 0;

    UnixSeconds now_unix_s() const {
        return std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count();
    }
};

/// The machine's clock. Only app/ and tests of adapters construct it.
class SystemWallClock final : public WallClock {
  public:
    std::chrono::system_clock::time_point now() const override {
        return std::chrono::system_clock::now();
    }
};

}  // namespace weft
