#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "base/core/result.h"

namespace weft::obs {

/// How much an event matters; in order of falling weight.
enum class Level : std::uint8_t {
    error,  ///< The operator must act.
    warn,   ///< Something is wrong, and handled.
    info,   ///< A state changed.
    debug,  ///< For a person who looks for a fault.
};

/// "error", "warn", "info" or "debug".
std::string_view level_name(Level level);

/// The level of that name. Errors: invalid_argument, naming the nearest level.
Result<Level> get_level(std::string_view name);

/// True for `[a-z][a-z0-9_]*`.
constexpr bool is_snake_case(std::string_view word) {
    if (word.empty() || word.front() < 'a' || word.front() > 'z') return false;
    for (const char c : word)
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    return true;
}

/// Name of an event for ever: a literal `area.noun_verb`, listed in docs/reference/events.md.
class EventName {
  public:
    template <std::size_t N>
    consteval EventName(const char (&literal)[N])  // NOLINT(google-explicit-constructor)
        : text_(literal, N - 1) {
        const auto dot = text_.find('.');
        if (dot == std::string_view::npos || !is_snake_case(text_.substr(0, dot)) ||
            !is_snake_case(text_.substr(dot + 1)))
            throw "an event is named area.noun_verb in lower case";
        if (text_.find('_', dot) == std::string_view::npos)
            throw "an event's name says noun and verb: area.noun_verb";
    }
    constexpr std::string_view text() const { return text_; }

  private:
    std::string_view text_;
};

/// Key of a field: a literal in snake_case with its unit last (`silent_ms`). `time`, `level` and
/// `event` belong to the line itself.
class FieldKey {
  public:
    template <std::size_t N>
    consteval FieldKey(const char (&literal)[N])  // NOLINT(google-explicit-constructor)
        : text_(literal, N - 1) {
        if (!is_snake_case(text_)) throw "a field's key is lower case letters, digits and '_'";
        if (text_ == "time" || text_ == "level" || text_ == "event")
            throw "time, level and event are keys of the line itself";
    }
    constexpr std::string_view text() const { return text_; }

  private:
    std::string_view text_;
};

/// Text is borrowed for the duration of the logging call.
using FieldValue = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

struct Field {
    FieldKey key;
    FieldValue value;
};

/// Makes a field: `kv("host", id)`. Text may hold any bytes; the sink escapes it.
inline Field kv(FieldKey key, std::string_view value) { return {key, value}; }
inline Field kv(FieldKey key, std::same_as<bool> auto value) { return {key, value}; }
inline Field kv(FieldKey key, std::signed_integral auto value) {
    return {key, static_cast<std::int64_t>(value)};
}
template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
Field kv(FieldKey key, T value) {
    return {key, static_cast<std::uint64_t>(value)};
}
inline Field kv(FieldKey key, std::floating_point auto value) {
    return {key, static_cast<double>(value)};
}

/// One thing that happened, as a sink sees it; everything in it is borrowed for the call.
struct Event {
    std::chrono::system_clock::time_point time;
    Level level;
    EventName name;
    std::span<const Field> fields;
};

}  // namespace weft::obs
