#pragma once

#include <cstdint>
#include <string_view>

#include "base/core/result.h"

namespace weft::cli {

/// Both ends belong to it.
struct NumberRange {
    std::int64_t min;
    std::int64_t max;
};

/// A whole decimal number of an option, all of the text. `flag` is for the message.
/// Errors: invalid_argument (`cli.number_wrong`).
Result<std::int64_t> parse_number(std::string_view flag, std::string_view text, NumberRange range);

}  // namespace weft::cli
