#include "base/codec/units.h"

#include <charconv>
#include <optional>
#include <span>

namespace weft::codec {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr Unit duration_units[] = {{"us", 1'000},
                                   {"ms", 1'000'000},
                                   {"s", 1'000'000'000},
                                   {"m", 60'000'000'000},
                                   {"h", 3'600'000'000'000}};
constexpr Unit size_units[] = {{"B", 1},
                               {"kB", 1'000},
                               {"MB", 1'000'000},
                               {"GB", 1'000'000'000},
                               {"KiB", 1ULL << 10U},
                               {"MiB", 1ULL << 20U},
                               {"GiB", 1ULL << 30U}};
constexpr std::uint64_t duration_ns_max = 365ULL * 24 * 3'600'000'000'000;
constexpr std::uint64_t size_bytes_max = 1ULL << 53U;

/// A whole number and one of the units, as long as the product stays within `max`.
std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units,
                                             std::uint64_t max) {
    std::uint64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc()) return std::nullopt;
    for (const auto& unit : units)
        if (unit.name == std::string_view(rest, end)) {
            if (number > max / unit.factor) return std::nullopt;
            return number * unit.factor;
        }
    return std::nullopt;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    if (const auto ns = parse_with_unit(text, duration_units, duration_ns_max))
        return Duration(static_cast<std::int64_t>(*ns));
    return fail(
        Errc::invalid_argument, "units.duration_invalid",
        "'{}' is not a duration up to 365 days; write a whole number and us, ms, s, m or h, such "
        "as '200ms'",
        text);
}

Result<std::uint64_t> parse_size(std::string_view text) {
    if (const auto bytes = parse_with_unit(text, size_units, size_bytes_max)) return *bytes;
    return fail(
        Errc::invalid_argument, "units.size_invalid",
        "'{}' is not a size; write a whole number and B, KiB, MiB, GiB, kB, MB or GB, such as "
        "'64MiB'",
        text);
}

Result<double> parse_percent(std::string_view text) {
    const auto digits = text.ends_with('%') ? text.substr(0, text.size() - 1) : std::string_view{};
    double value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value, std::chars_format::fixed);
    const auto dot = digits.find('.');
    const bool is_short = dot == std::string_view::npos || digits.size() - dot <= 4;
    if (error == std::errc() && rest == end && is_short && digits.front() != '-' && value <= 100)
        return value;
    return fail(Errc::invalid_argument, "units.percent_invalid",
                "'{}' is not a percentage from 0% to 100%; write one such as '1%' or '0.5%'", text);
}

}  // namespace weft::codec
