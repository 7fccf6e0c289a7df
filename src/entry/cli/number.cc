#include "entry/cli/number.h"

#include <charconv>

namespace weft::cli {

Result<std::int64_t> parse_number(std::string_view flag, std::string_view text, NumberRange range) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < range.min || value > range.max)
        return fail(Errc::invalid_argument, "cli.number_wrong",
                    "{} is '{}'; give a whole number from {} to {}", flag, text, range.min,
                    range.max);
    return value;
}

}  // namespace weft::cli
