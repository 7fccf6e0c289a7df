#include "base/value/wave_quoted.h"

#include <vector>

#include <fmt/format.h>

#include "base/codec/mark.h"
#include "base/codec/utf8.h"
#include "base/value/wave_escape.h"

namespace weft::value {
namespace {

constexpr std::string_view triple = "\"\"\"";

Result<WaveEscape> get_escape(std::string_view text, std::size_t at) {
    if (const auto escape = read_wave_escape(text.substr(at))) return *escape;
    return fail(Errc::invalid_argument, "wave.escape_invalid",
                "{}this is not an escape; there are \\' \\\" \\\\ \\t \\n \\r and \\u{{...}}",
                wave_place(text, at));
}

/// Appends what stands from `at` to `end`, escapes resolved. An escape that reaches over `end` is
/// none.
Result<void> append_content(std::string& out, std::string_view text, std::size_t at,
                            std::size_t end) {
    const auto within = text.substr(0, end);
    while (true) {
        const auto stop = within.find('\\', at);
        out += within.substr(at, stop - at);
        if (stop == std::string_view::npos) return ok();
        TRY(const auto escape, get_escape(within, stop));
        codec::append_utf8(out, escape.code_point);
        at = stop + escape.bytes;
    }
}

Failure unclosed(std::string_view text, std::size_t at, std::string_view remedy) {
    return fail(Errc::invalid_argument, "wave.string_unclosed", "{}the string has no end: {}",
                wave_place(text, at), remedy);
}

/// Offset of the closing quote of a string of one line, or npos.
std::size_t find_close(std::string_view text, std::size_t at) {
    while (true) {
        const auto stop = text.find_first_of("\\\"\n", at);
        if (stop == std::string_view::npos || text[stop] == '\n') return std::string_view::npos;
        if (text[stop] == '"') return stop;
        at = stop + 2;
    }
}

Result<WaveString> read_single(std::string_view text, std::size_t at) {
    const auto close = find_close(text, at + 1);
    if (close == std::string_view::npos)
        return unclosed(text, at, "write '\"', with \\n for line feeds in it");
    WaveString out{.content = {}, .end = close + 1};
    CHECK(append_content(out.content, text, at + 1, close));
    return out;
}

/// Where the lines of text[begin, end) begin.
std::vector<std::size_t> line_starts(std::string_view text, std::size_t begin, std::size_t end) {
    std::vector<std::size_t> starts = {begin};
    for (auto at = text.find('\n', begin); at < end; at = text.find('\n', at + 1))
        starts.push_back(at + 1);
    return starts;
}

Failure bad_lines(std::string_view text, std::size_t at, std::string_view reason) {
    return fail(Errc::invalid_argument, "wave.multiline_invalid", "{}{}", wave_place(text, at),
                reason);
}

Result<WaveString> read_multiline(std::string_view text, std::size_t at) {
    const auto begin = at + triple.size();
    const auto end = text.find(triple, begin);
    if (end == std::string_view::npos) return unclosed(text, at, "write '\"\"\"' behind it");
    const auto starts = line_starts(text, begin, end);
    const auto first = text.substr(begin, 2);
    if (starts.size() < 2 || !(first.starts_with('\n') || first == "\r\n"))
        return bad_lines(text, begin, "a line break must follow the opening '\"\"\"' at once");
    const auto indent = text.substr(starts.back(), end - starts.back());
    if (indent.find_first_not_of(' ') != std::string_view::npos)
        return bad_lines(text, starts.back(),
                         "only blanks may stand before the closing '\"\"\"' on its line");
    WaveString out{.content = {}, .end = end + triple.size()};
    for (std::size_t i = 1; i + 1 < starts.size(); ++i) {
        auto line_end = starts[i + 1] - 1;
        const auto line = text.substr(starts[i], line_end - starts[i]);
        if (!line.starts_with(indent))
            return bad_lines(text, starts[i],
                             "the line begins with fewer blanks than the closing '\"\"\"'");
        const auto content = starts[i] + indent.size();
        if (line_end > content && text[line_end - 1] == '\r') --line_end;
        if (i > 1) out.content += '\n';
        CHECK(append_content(out.content, text, content, line_end));
    }
    return out;
}

}  // namespace

std::string wave_place(std::string_view text, std::size_t offset) {
    const auto mark = codec::mark_at(text, offset);
    return fmt::format("line {}, column {}: ", mark.line, mark.column);
}

Result<WaveCharacter> read_wave_character(std::string_view text, std::size_t at) {
    const auto inner = text.substr(at + 1);
    WaveCharacter out;
    std::size_t bytes = 0;
    if (inner.starts_with('\\')) {
        TRY(const auto escape, get_escape(text, at + 1));
        out.code_point = escape.code_point;
        bytes = escape.bytes;
    } else if (!inner.empty() && inner[0] != '\'' && inner[0] != '\n') {
        const auto next = codec::decode_utf8(inner);
        out.code_point = next.code_point;
        bytes = next.bytes;
    }
    out.end = at + 1 + bytes + 1;
    if (bytes == 0 || !inner.substr(bytes).starts_with('\''))
        return fail(Errc::invalid_argument, "wave.char_invalid",
                    "{}single quotes hold exactly one character or escape", wave_place(text, at));
    return out;
}

Result<WaveString> read_wave_string(std::string_view text, std::size_t at) {
    return text.substr(at).starts_with(triple) ? read_multiline(text, at) : read_single(text, at);
}

}  // namespace weft::value
