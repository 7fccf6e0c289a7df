#include "base/obs/rate_limiter.h"

#include <utility>

namespace weft::obs {

std::optional<RateLimiter::Pass> RateLimiter::admit_within(std::uint64_t budget_per_s,
                                                           std::string_view source, TimePoint now,
                                                           std::uint64_t cost) {
    const std::lock_guard lock(mutex_);
    auto& window = window_of(source, now);
    const bool is_over = now - window.begin >= window_length;
    if (is_over) {
        window.begin = now;
        window.spent = 0;
    }
    if (window.spent >= budget_per_s || cost > budget_per_s - window.spent) {
        ++window.lines_dropped;
        return std::nullopt;
    }
    window.spent += cost;
    return Pass{is_over ? std::exchange(window.lines_dropped, 0) : 0};
}

std::size_t RateLimiter::sources() const {
    const std::lock_guard lock(mutex_);
    return windows_.size();
}

RateLimiter::Window& RateLimiter::window_of(std::string_view source, TimePoint now) {
    if (const auto found = windows_.find(source); found != windows_.end()) return found->second;
    if (windows_.size() >= limits_.sources_max) forget_idle(now);
    if (windows_.size() >= limits_.sources_max) return others_;
    return windows_.emplace(source, Window{.begin = now}).first->second;
}

// At most once a second, so that a flood of new sources does not pay a walk for each line.
void RateLimiter::forget_idle(TimePoint now) {
    if (now - swept_ < window_length) return;
    swept_ = now;
    std::erase_if(windows_, [now](const auto& entry) {
        return now - entry.second.begin >= window_length && entry.second.lines_dropped == 0;
    });
}

}  // namespace weft::obs
