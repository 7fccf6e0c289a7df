#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weft::codec {

/// One Unicode scalar value and the octets it took.
struct Utf8Char {
    char32_t code;
    std::size_t length;  ///< 1 to 4.
};

/// The character at the start of `text`; nothing when the text is empty or does not start with a
/// well-formed sequence (overlong forms, surrogates and values over U+10FFFF are not). RFC 3629.
std::optional<Utf8Char> decode_utf8(std::string_view text);

/// Appends the UTF-8 form of `code`, a Unicode scalar value.
void append_utf8(std::string& out, char32_t code);

/// Whether all of `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

/// Whether showing `code` can do more than show it: C0 and C1 controls, DEL, line and paragraph
/// separators, bidirectional controls, the byte order mark. Our writers escape these.
bool is_control(char32_t code);

/// `text` cut to at most `length_max` octets at a character's border and made fit for a message:
/// controls and invalid octets become '?', a cut is shown by "...".
std::string printable(std::string_view text, std::size_t length_max = 64);

}  // namespace weft::codec
