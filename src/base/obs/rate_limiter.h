#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/core/time.h"

namespace weft::obs {

/// Keeps one talkative source (a component, a peer) from flooding the log. Each source may spend
/// `budget_per_s` in a second: lines when each costs 1, bytes when each costs its length. What is
/// refused is counted, and the count comes back with the first line that passes in a later second,
/// so that the site can report it: `kv("lines_dropped", pass->lines_dropped)`. Any thread.
class RateLimiter {
  public:
    struct Limits {
        std::uint64_t budget_per_s = 100;
        std::size_t sources_max = 1024;  ///< Further sources share one budget.
    };
    struct Pass {
        std::uint64_t lines_dropped;  ///< Lines of this source refused since its last report.
    };

    explicit RateLimiter(Limits limits) : limits_(limits) {}

    /// A Pass when the line may be written, nothing when it is dropped. A line that costs more than
    /// the whole budget never passes.
    std::optional<Pass> admit(std::string_view source, TimePoint now, std::uint64_t cost = 1) {
        return admit_within(limits_.budget_per_s, source, now, cost);
    }
    /// The same for a source with a budget of its own.
    std::optional<Pass> admit_within(std::uint64_t budget_per_s, std::string_view source,
                                     TimePoint now, std::uint64_t cost);

    /// Tells of each source that had lines refused in a second that is over, and forgets them: for
    /// sources from which nothing more comes. `tell(source, lines)` must not call back.
    template <typename Tell>
    void take_dropped(TimePoint now, Tell tell) {
        const std::lock_guard lock(mutex_);
        const auto take = [&](std::string_view source, Window& window) {
            if (window.lines_dropped == 0 || now - window.begin < window_length) return;
            tell(source, std::exchange(window.lines_dropped, 0));
        };
        for (auto& [source, window] : windows_) take(source, window);
        take("others", others_);
    }

    /// Sources remembered now, at most `sources_max`.
    std::size_t sources() const;

  private:
    static constexpr Duration window_length = std::chrono::seconds(1);

    struct Window {
        TimePoint begin;
        std::uint64_t spent = 0;
        std::uint64_t lines_dropped = 0;
    };
    Window& window_of(std::string_view source, TimePoint now);
    void forget_idle(TimePoint now);

    Limits limits_;
    mutable std::mutex mutex_;
    std::map<std::string, Window, std::less<>> windows_;  // Invariant: size() <= sources_max.
    Window others_;
    TimePoint swept_;
};

}  // namespace weft::obs
