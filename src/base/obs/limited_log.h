#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/obs/log.h"
#include "base/obs/rate_limiter.h"
#include "base/obs/registry.h"

namespace weft::obs {

/// The log for what a client or a guest can cause as often as it likes. Of each event and source (a
/// component, an address) some lines a second are written; the rest is counted, and the count is
/// said with the next line, or by `tell_dropped`. Any thread.
class LimitedLog {
  public:
    static constexpr std::uint64_t lines_per_s = 10;
    static constexpr std::size_t sources_max = 1024;  ///< Further ones share one budget.

    /// Writes nowhere.
    LimitedLog() = default;
    LimitedLog(Log log, Registry& registry)
        : log_(log),
          dropped_(registry.counter("weft_log_events_dropped_total",
                                    "events over the rate of their kind and source")) {}

    template <std::same_as<Field>... Fields>
    void write(Level level, EventName name, std::string_view source, TimePoint now,
               const Fields&... fields) {
        if (!log_.is_enabled(level)) return;
        const auto pass = lines_.admit(std::string(name.text()).append(" ").append(source), now);
        if (!pass)
            dropped_.add();
        else if (pass->lines_dropped == 0)
            log_.write(level, name, fields...);
        else
            log_.write(level, name, fields..., kv("lines_dropped", pass->lines_dropped));
    }

    /// Says what was dropped of those that are silent since: `log.events_dropped`.
    void tell_dropped(TimePoint now) {
        lines_.take_dropped(now, [this](std::string_view source, std::uint64_t lines) {
            const auto space = source.find(' ');
            const auto whose = space == source.npos ? std::string_view() : source.substr(space + 1);
            log_.warn("log.events_dropped", kv("name", source.substr(0, space)),
                      kv("source", whose), kv("lines", lines));
        });
    }

  private:
    Log log_;
    Counter dropped_;
    RateLimiter lines_{{.budget_per_s = lines_per_s, .sources_max = sources_max}};
};

}  // namespace weft::obs
