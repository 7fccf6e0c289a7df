#include "base/obs/escape.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "base/codec/utf8.h"

namespace weft::obs {
namespace {

bool is_continuation(char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) == 0x80U; }

/// Characters that a reader or a terminal does not show as themselves.
bool is_hidden(char32_t c) {
    return codec::is_unsafe_to_print(c) || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

void append_hidden(std::string& out, char32_t c, EscapeFor use) {
    const auto number = static_cast<std::uint32_t>(c);
    auto to = std::back_inserter(out);
    if (c == '\n' || c == '\r' || c == '\t') {
        out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else if (use != EscapeFor::json) {
        c < 0x80 ? fmt::format_to(to, "\\x{:02x}", number)
                 : fmt::format_to(to, "\\u{{{:x}}}", number);
    } else if (c > 0xFFFF) {
        const auto rest = number - 0x10000;
        fmt::format_to(to, "\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U), 0xDC00 + (rest & 0x3FFU));
    } else {
        fmt::format_to(to, "\\u{:04x}", number);
    }
}

/// Where to cut so that no character is split; `text` is longer than `bytes_max`.
std::size_t cut_point(std::string_view text, std::size_t bytes_max) {
    std::size_t at = bytes_max;
    for (int back = 0; back < 3 && at > 0 && is_continuation(text[at]); ++back) --at;
    return is_continuation(text[at]) ? bytes_max : at;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, EscapeFor use, std::size_t bytes_max) {
    const std::size_t kept = text.size() > bytes_max ? cut_point(text, bytes_max) : text.size();
    const std::size_t omitted = text.size() - kept;
    auto rest = text.substr(0, kept);
    while (!rest.empty()) {
        const auto [code_point, length, is_valid] = codec::decode_utf8(rest);
        if (!is_valid) {
            if (use == EscapeFor::json)
                out += "\\ufffd";
            else
                fmt::format_to(std::back_inserter(out), "\\x{:02x}",
                               static_cast<std::uint8_t>(rest[0]));
        } else if (use != EscapeFor::sentence && (code_point == '"' || code_point == '\\')) {
            out += '\\';
            out += rest[0];
        } else if (is_hidden(code_point)) {
            append_hidden(out, code_point, use);
        } else {
            out += rest.substr(0, length);
        }
        rest.remove_prefix(length);
    }
    if (omitted > 0) fmt::format_to(std::back_inserter(out), "...(+{} bytes)", omitted);
}

bool is_plain_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c < '\x7f' && c != '"' && c != '\\' && c != '=';
    });
}

}  // namespace weft::obs
