#include "base/codec/yaml_quoted.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/codec/utf8.h"

namespace weft::codec {

namespace {

/// How a line ends: with a break, with a break that a backslash takes away, or with the scalar.
enum class LineEnd : std::uint8_t { folded, escaped, scalar };

struct Line {
    std::string_view text;
    LineEnd end;
};

/// Whether the last backslash of a line has no partner that escapes it.
bool ends_with_escape(std::string_view line) {
    const auto last_other = line.find_last_not_of('\\');
    const auto backslashes =
        line.size() - (last_other == std::string_view::npos ? 0 : last_other + 1);
    return backslashes % 2 == 1;
}

/// Takes the first line and its break off.
Line take_line(std::string_view& rest) {
    const auto end = rest.find_first_of("\r\n");
    if (end == std::string_view::npos) return {std::exchange(rest, {}), LineEnd::scalar};
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
    return {line, LineEnd::folded};
}

std::string_view without_blanks_before(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return line;
}

/// Joins lines; `append` adds one line's content, and drops blanks at its end if it is told to.
template <typename Take, typename Append>
std::string unfold(std::string_view raw, Take take, Append append) {
    std::string out;
    std::size_t breaks = 0;  // since the last content
    auto before = LineEnd::scalar;
    while (true) {
        Line line = take(raw);
        const bool first = before == LineEnd::scalar;
        if (!first) line.text = without_blanks_before(line.text);
        if (first || !line.text.empty() || line.end == LineEnd::scalar) {
            if (breaks == 1 && before == LineEnd::folded) out.push_back(' ');
            if (breaks > 1) out.append(breaks - 1, '\n');
            append(out, line);
            breaks = 0;
            before = line.end;
        }
        if (line.end == LineEnd::scalar) return out;
        ++breaks;
    }
}

std::uint32_t take_digits(std::string_view& rest, std::size_t digits) {
    std::uint32_t value = 0;
    const auto text = rest.substr(0, digits);
    std::from_chars(text.data(), text.data() + text.size(), value, 16);
    rest.remove_prefix(text.size());
    return value;
}

/// The number of `\x`, `\u` or `\U`; two surrogates in a row are one character.
char32_t take_hex(std::string_view& rest, std::size_t digits) {
    const std::uint32_t value = take_digits(rest, digits);
    const bool high = value >= 0xD800 && value < 0xDC00;
    if (!high || !rest.starts_with("\\u")) return value;
    rest.remove_prefix(2);
    return 0x10000 + ((value - 0xD800) << 10) + ((take_digits(rest, 4) - 0xDC00) & 0x3FF);
}

/// What follows a backslash.
char32_t take_escape(std::string_view& rest) {
    const char letter = rest.front();
    rest.remove_prefix(1);
    switch (letter) {
        case '0': return 0x00;
        case 'a': return 0x07;
        case 'b': return 0x08;
        case 't': return 0x09;
        case 'n': return 0x0A;
        case 'v': return 0x0B;
        case 'f': return 0x0C;
        case 'r': return 0x0D;
        case 'e': return 0x1B;
        case 'N': return 0x85;
        case '_': return 0xA0;
        case 'L': return 0x2028;
        case 'P': return 0x2029;
        case 'x': return take_hex(rest, 2);
        case 'u': return take_hex(rest, 4);
        case 'U': return take_hex(rest, 8);
        default: return static_cast<unsigned char>(letter);  // blank, tab, quote, slash, backslash
    }
}

void append_single_quoted(std::string& out, const Line& line) {
    std::string_view text = line.text;
    if (line.end == LineEnd::folded) text = text.substr(0, text.find_last_not_of(" \t") + 1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        out.push_back(text[i]);
        if (text.substr(i).starts_with("''")) ++i;
    }
}

void append_double_quoted(std::string& out, const Line& line) {
    std::string_view rest = line.text;
    std::size_t kept = out.size();  // without blanks that are not escaped
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '\\' && !rest.empty())
            append_utf8(out, take_escape(rest));
        else if (c != '\\')
            out.push_back(c);
        if (c != ' ' && c != '\t') kept = out.size();
    }
    if (line.end == LineEnd::folded) out.resize(kept);
}

Line take_double_quoted_line(std::string_view& rest) {
    Line line = take_line(rest);
    if (line.end == LineEnd::folded && ends_with_escape(line.text)) line.end = LineEnd::escaped;
    return line;
}

}  // namespace

std::string unfold_single_quoted(std::string_view raw) {
    return unfold(raw, take_line, append_single_quoted);
}

std::string unfold_double_quoted(std::string_view raw) {
    return unfold(raw, take_double_quoted_line, append_double_quoted);
}

}  // namespace weft::codec
