#include "base/value/wave_escape.h"

#include <charconv>

#include <fmt/format.h>

#include "base/codec/utf8.h"

namespace weft::value {
namespace {

constexpr std::size_t digits_max = 6;

std::optional<WaveEscape> read_unicode(std::string_view text) {
    constexpr std::string_view head = "\\u{";
    if (!text.starts_with(head)) return std::nullopt;
    const auto digits = text.substr(head.size(), digits_max);
    std::uint32_t value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, 16);
    const auto length = static_cast<std::size_t>(read.ptr - digits.data());
    if (read.ec != std::errc() || !text.substr(head.size() + length).starts_with('}'))
        return std::nullopt;
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return std::nullopt;
    return WaveEscape{.code_point = value, .bytes = head.size() + length + 1};
}

/// The letter behind the backslash, or 0.
char short_escape(char32_t code_point) {
    switch (code_point) {
        case '\'': return '\'';
        case '"': return '"';
        case '\\': return '\\';
        case '\t': return 't';
        case '\n': return 'n';
        case '\r': return 'r';
        default: return 0;
    }
}

}  // namespace

std::optional<WaveEscape> read_wave_escape(std::string_view text) {
    if (text.size() < 2 || text[0] != '\\') return std::nullopt;
    for (const char32_t meant : {U'\'', U'"', U'\\', U'\t', U'\n', U'\r'})
        if (text[1] == short_escape(meant)) return WaveEscape{.code_point = meant, .bytes = 2};
    return read_unicode(text);
}

void append_wave_char(std::string& out, char32_t code_point) {
    if (const char letter = short_escape(code_point)) {
        out += '\\';
        out += letter;
    } else if (codec::is_unsafe_to_print(code_point)) {
        out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(code_point));
    } else {
        codec::append_utf8(out, code_point);
    }
}

}  // namespace weft::value
