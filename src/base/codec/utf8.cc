#include "base/codec/utf8.h"

#include <cstdint>
#include <cstring>

namespace weft::codec {

namespace {

struct Lead {
    std::size_t bytes;  // 0: no lead byte
    char32_t bits;
    char32_t smallest;  // below it the form is overlong
};

Lead read_lead(std::uint8_t byte) {
    if (byte < 0x80) return {1, byte, 0};
    if (byte < 0xC2) return {0, 0, 0};
    if (byte < 0xE0) return {2, byte & 0x1FU, 0x80};
    if (byte < 0xF0) return {3, byte & 0x0FU, 0x800};
    if (byte < 0xF5) return {4, byte & 0x07U, 0x10000};
    return {0, 0, 0};
}

/// Bytes below 0x80 that the text begins with; most texts are nothing else.
std::size_t ascii_length(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
    std::size_t at = 0;
    std::uint64_t words[4];
    for (; at + sizeof words <= text.size(); at += sizeof words) {
        std::memcpy(words, text.data() + at, sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) & high_bits) != 0) break;
    }
    while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80) ++at;
    return at;
}

}  // namespace

Utf8Char decode_utf8(std::string_view text) {
    constexpr Utf8Char bad{0xFFFD, 1, false};
    const Lead lead = read_lead(static_cast<std::uint8_t>(text[0]));
    if (lead.bytes == 0 || lead.bytes > text.size()) return bad;
    char32_t code_point = lead.bits;
    for (std::size_t i = 1; i < lead.bytes; ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if ((byte & 0xC0) != 0x80) return bad;
        code_point = (code_point << 6) | (byte & 0x3FU);
    }
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (code_point < lead.smallest || code_point > 0x10FFFF || surrogate) return bad;
    return {code_point, lead.bytes, true};
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0 | (code_point >> 6));
        put(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        put(0xE0 | (code_point >> 12));
        put(0x80 | ((code_point >> 6) & 0x3F));
        put(0x80 | (code_point & 0x3F));
    } else {
        put(0xF0 | (code_point >> 18));
        put(0x80 | ((code_point >> 12) & 0x3F));
        put(0x80 | ((code_point >> 6) & 0x3F));
        put(0x80 | (code_point & 0x3F));
    }
}

std::size_t find_invalid_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        at += ascii_length(text.substr(at));
        if (at == text.size()) break;
        const Utf8Char next = decode_utf8(text.substr(at));
        if (!next.valid) return at;
        at += next.bytes;
    }
    return std::string_view::npos;
}

bool is_unsafe_to_print(char32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) ||
           (code_point >= 0x2028 && code_point <= 0x202E) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}

}  // namespace weft::codec
