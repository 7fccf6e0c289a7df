#pragma once

#include <algorithm>
#include <cstdint>

#include "base/core/time.h"

namespace weft::net {

/// What is asked of the peer that a body waits for.
struct BodyRate {
    std::uint64_t bytes_per_s = 1024;  ///< At least 1.
    Duration first = {};               ///< To wait for it before anything moved.
    Duration longest = {};             ///< That bytes moved before can earn. At least `first`.
};

/// Exists so that a peer that only trickles is told from one that pauses: the time left to wait for
/// it shrinks while it is waited for, and grows as its bytes come. Time in which nobody waits for
/// it does not count. Pure.
class BodyPace {
  public:
    explicit BodyPace(const BodyRate& rate) : rate_(rate), left_(rate.first) {}

    /// How long it may be waited for now; none or less once it was too slow.
    Duration left() const { return left_; }
    /// How far it is behind the rate since it last kept it. At least none.
    Duration lag() const { return lag_; }

    /// It was waited for so long, and this came of it.
    void note(Duration waited, std::uint64_t bytes) {
        // More than the cap would overflow, and earns nothing.
        const auto seconds = std::min<std::uint64_t>(bytes / rate_.bytes_per_s, seconds_max);
        const Duration earned =
            std::chrono::seconds(seconds) + std::chrono::nanoseconds(std::chrono::seconds(1)) *
                                                (bytes % rate_.bytes_per_s) / rate_.bytes_per_s;
        left_ = std::min(left_ - waited + earned, rate_.longest);
        lag_ = std::max(lag_ + waited - earned, Duration::zero());
    }

  private:
    static constexpr std::uint64_t seconds_max = 1'000'000;

    BodyRate rate_;
    Duration left_;
    Duration lag_{};
};

}  // namespace weft::net
