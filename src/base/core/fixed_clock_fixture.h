#pragma once

#include "base/core/time.h"

namespace weft {

/// For tests: a wall clock that stands still where a test puts it.
class FixedClock final : public WallClock {
  public:
    FixedClock() = default;
    explicit FixedClock(std::chrono::milliseconds since_1970) : time_(since_1970) {}

    std::chrono::system_clock::time_point now() const override { return time_; }

  private:
    std::chrono::system_clock::time_point time_{std::chrono::seconds(1'800'000'000)};
};

}  // namespace weft
