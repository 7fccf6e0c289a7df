#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::codec {

/// The first character of a text.
struct Utf8Char {
    char32_t code_point = 0;  ///< U+FFFD when not valid.
    std::size_t bytes = 1;    ///< Bytes it takes; 1 when not valid, so that a reader can go on.
    bool valid = false;       ///< RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
};

/// Decodes the first character of a text that is not empty.
Utf8Char decode_utf8(std::string_view text);

/// Appends a code point, which must be a valid one.
void append_utf8(std::string& out, char32_t code_point);

/// Offset of the first byte that is not valid UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

/// Whether a terminal or a line-based reader could take the character for a command: C0 and C1
/// controls, DEL, U+2028 and U+2029, and the marks that change the direction of writing.
bool is_unsafe_to_print(char32_t code_point);

}  // namespace weft::codec
