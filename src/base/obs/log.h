#pragma once

#include <array>
#include <concepts>

#include "base/core/time.h"
#include "base/obs/event.h"

namespace weft::obs {

/// Where events go. Implementations may be called from any thread at once and never throw; what
/// cannot be written is dropped and counted, for logging must not stop the work.
class Sink {
  public:
    virtual ~Sink() = default;
    virtual void write(const Event& event) = 0;
};

/// The handle through which code logs; small, copied freely, passed explicitly. Sink and clock
/// belong to the maker of the first handle (app/, or a test) and outlive every copy.
///
///     log.warn("lattice.peer_lost", kv("host", id), kv("silent_ms", ms));
///
/// A level that is off costs one comparison; nothing is formatted.
class Log {
  public:
    /// Writes nowhere.
    Log() = default;
    Log(Sink* sink, const WallClock* clock, Level level_max = Level::info)
        : sink_(sink), clock_(clock), level_max_(level_max) {}

    bool is_enabled(Level level) const { return sink_ != nullptr && level <= level_max_; }

    template <std::same_as<Field>... Fields>
    void error(EventName name, const Fields&... fields) const {
        write(Level::error, name, fields...);
    }
    template <std::same_as<Field>... Fields>
    void warn(EventName name, const Fields&... fields) const {
        write(Level::warn, name, fields...);
    }
    template <std::same_as<Field>... Fields>
    void info(EventName name, const Fields&... fields) const {
        write(Level::info, name, fields...);
    }
    template <std::same_as<Field>... Fields>
    void debug(EventName name, const Fields&... fields) const {
        write(Level::debug, name, fields...);
    }

    /// For a level that is known only at run time (a guest's own log call).
    template <std::same_as<Field>... Fields>
    void write(Level level, EventName name, const Fields&... fields) const {
        if (!is_enabled(level)) return;
        if constexpr (sizeof...(fields) == 0) {
            sink_->write({clock_->now(), level, name, {}});
        } else {
            const std::array<Field, sizeof...(fields)> all{fields...};
            sink_->write({clock_->now(), level, name, all});
        }
    }

  private:
    Sink* sink_ = nullptr;
    const WallClock* clock_ = nullptr;
    Level level_max_ = Level::error;
};

}  // namespace weft::obs
