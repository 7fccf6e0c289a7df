#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::obs {

/// How hostile text is made harmless.
enum class EscapeFor {
    json,      ///< Inside a JSON string (RFC 8259): `\uXXXX`; bytes that are not UTF-8 as U+FFFD.
    sentence,  ///< In running text for a person: as `terminal`, but quotes and backslashes stay.
    terminal,  ///< Inside double quotes for a person: `\n`, `\x1b`, `\u{202e}`; wrong bytes
               ///< `\xff`.
};

/// Appends `text` to `out`, at most `bytes_max` bytes of it, cut between characters; what is left
/// out is said by a mark: `...(+1234 bytes)`. Escaped are quotes, backslash, C0 and C1 controls,
/// DEL, line separators, direction overrides and bytes that are not UTF-8, so that text from a
/// guest or a peer can neither end a line, nor fake one, nor reach the terminal's escape sequences.
void append_escaped(std::string& out, std::string_view text, EscapeFor use, std::size_t bytes_max);

/// True when a person reads `text` as one word without quotes: not empty, printable ASCII, no
/// space, quote, backslash or '='.
bool is_plain_word(std::string_view text);

}  // namespace weft::obs
