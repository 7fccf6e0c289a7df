#include "io/engine/limits.h"

#include <fmt/format.h>

namespace weft::engine {
namespace {

struct Factor {
    std::uint64_t value;
    std::string_view name;
};

constexpr std::array byte_factors{Factor{detail::gib, "GiB"}, Factor{detail::mib, "MiB"},
                                  Factor{detail::kib, "KiB"}, Factor{1, "B"}};
constexpr std::array time_factors{Factor{detail::hour, "h"}, Factor{60'000 * detail::ms, "m"},
                                  Factor{1'000 * detail::ms, "s"}, Factor{detail::ms, "ms"},
                                  Factor{1'000, "us"}};

/// In the largest unit in which it is a whole number.
std::string with_unit(std::uint64_t value, const auto& factors) {
    for (const auto& factor : factors)
        if (value % factor.value == 0 && (value > 0 || &factor == &factors.back()))
            return fmt::format("{}{}", value / factor.value, factor.name);
    return fmt::format("{}ns", value);
}

}  // namespace

std::string limit_text(LimitUnit unit, std::uint64_t value) {
    switch (unit) {
        case LimitUnit::bytes: return with_unit(value, byte_factors);
        case LimitUnit::time: return value == 0 ? "0s" : with_unit(value, time_factors);
        case LimitUnit::count: break;
    }
    return fmt::format("{}", value);
}

}  // namespace weft::engine
