#pragma once

#include <string_view>

#include "base/obs/event.h"

namespace weft::obs {

/// `weft_` and two words or more: `weft_<area>_<noun>_<unit>`; the unit is the noun itself where
/// things are counted (`weft_http_open_connections`).
constexpr bool is_metric_name(std::string_view name) {
    if (!name.starts_with("weft_") || !is_snake_case(name) || name.ends_with('_')) return false;
    std::size_t words = 1;
    for (std::size_t i = 1; i < name.size(); ++i) {
        if (name[i] != '_') continue;
        if (name[i - 1] == '_') return false;
        ++words;
    }
    return words >= 4;
}

/// Name of a gauge or a histogram, checked when it is compiled.
class MetricName {
  public:
    template <std::size_t N>
    consteval MetricName(const char (&literal)[N])  // NOLINT(google-explicit-constructor)
        : text_(literal, N - 1) {
        if (!is_metric_name(text_)) throw "a metric is named weft_<area>_<noun>_<unit>";
        if (text_.ends_with("_total")) throw "only a counter's name ends with _total";
    }
    constexpr std::string_view text() const { return text_; }

  private:
    std::string_view text_;
};

/// Name of a counter: ends with `_total`.
class CounterName {
  public:
    template <std::size_t N>
    consteval CounterName(const char (&literal)[N])  // NOLINT(google-explicit-constructor)
        : text_(literal, N - 1) {
        if (!is_metric_name(text_)) throw "a counter is named weft_<area>_<noun>_<unit>_total";
        if (!text_.ends_with("_total")) throw "a counter's name ends with _total";
    }
    constexpr std::string_view text() const { return text_; }

  private:
    std::string_view text_;
};

}  // namespace weft::obs
