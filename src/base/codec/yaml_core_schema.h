#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::codec {

/// The types that YAML 1.2's core schema gives to plain scalars (specification 10.3.2).
enum class CoreType : std::uint8_t { null, boolean, integer, real, string };

/// The type of a plain scalar with this text.
CoreType core_type(std::string_view text);

/// The value of an integer's text (decimal, 0o17, 0x1F), or nothing when it needs over 64 bits.
std::optional<std::int64_t> core_int(std::string_view text);
/// The value of a number's text.
std::optional<double> core_double(std::string_view text);

}  // namespace weft::codec
