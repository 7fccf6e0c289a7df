#pragma once

#include <chrono>
#include <string>

namespace weft::obs {

/// RFC 3339 in UTC with milliseconds: `2026-01-02T03:04:05.678Z`.
std::string format_utc_ms(std::chrono::system_clock::time_point time);

}  // namespace weft::obs
