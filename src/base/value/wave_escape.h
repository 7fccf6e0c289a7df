#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weft::value {

struct WaveEscape {
    char32_t code_point = 0;
    std::size_t bytes = 0;  ///< That it takes in the text.
};

/// The escape that `text` begins with: a backslash and one of `'"\tnr`, or `\u{...}` with 1 to 6
/// hexadecimal digits of a Unicode scalar value. Nothing when it begins with none.
std::optional<WaveEscape> read_wave_escape(std::string_view text);

/// Appends a character as it stands in quotes: quotes, backslash and whatever cannot be printed
/// safely as escapes.
void append_wave_char(std::string& out, char32_t code_point);

}  // namespace weft::value
