#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace weft::value {

/// "line 2, column 7: ", where an byte of a text is.
std::string wave_place(std::string_view text, std::size_t offset);

struct WaveCharacter {
    char32_t code_point = 0;
    std::size_t end = 0;  ///< Offset behind the closing quote.
};
/// Reads the character whose opening quote is at `at` of a text of valid UTF-8. Errors:
/// invalid_argument (`wave.char_invalid`, `wave.escape_invalid`).
Result<WaveCharacter> read_wave_character(std::string_view text, std::size_t at);

struct WaveString {
    std::string content;
    std::size_t end = 0;  ///< Offset behind the closing quotes.
};
/// Reads the string, of one line or of several, whose opening quotes are at `at`. Errors:
/// invalid_argument (`wave.string_unclosed`, `wave.escape_invalid`, `wave.multiline_invalid`).
Result<WaveString> read_wave_string(std::string_view text, std::size_t at);

}  // namespace weft::value
