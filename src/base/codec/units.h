#pragma once

#include <cstdint>
#include <string_view>

#include "base/core/result.h"
#include "base/core/time.h"

namespace weft::codec {

/// `10s`, `200ms`, `5m`, `1h`, `50us`: a whole decimal number and its unit, no sign, no space.
/// Errors: invalid_argument (`units.duration_invalid`; also when it exceeds 365 days).
Result<Duration> parse_duration(std::string_view text);

/// `64MiB`, `512KiB`, `1GiB`, `100B`, and decimal `kB`, `MB`, `GB`; in bytes.
/// Errors: invalid_argument (`units.size_invalid`; also when it exceeds 2^53).
Result<std::uint64_t> parse_size(std::string_view text);

/// `1%`, `0.5%`, from 0 to 100, at most three decimals; in percent.
/// Errors: invalid_argument (`units.percent_invalid`).
Result<double> parse_percent(std::string_view text);

}  // namespace weft::codec
