#include "base/value/label.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace weft::value {
namespace {

enum class Class : std::uint8_t { lower, upper, digit, other };

Class class_of(char c) {
    if (c >= 'a' && c <= 'z') return Class::lower;
    if (c >= 'A' && c <= 'Z') return Class::upper;
    if (c >= '0' && c <= '9') return Class::digit;
    return Class::other;
}

/// Letters and digits up to the first letter of the other case.
std::size_t word_length(std::string_view text) {
    Class letters = Class::digit;
    std::size_t length = 0;
    for (; length < text.size(); ++length) {
        const Class now = class_of(text[length]);
        if (now == Class::other) break;
        if (now == Class::digit) continue;
        if (letters == Class::digit) letters = now;
        if (now != letters) break;
    }
    return length;
}

constexpr std::array<std::string_view, 8> keywords = {"true", "false", "some", "none",
                                                      "ok",   "err",   "inf",  "nan"};

}  // namespace

std::size_t label_length(std::string_view text) {
    if (text.empty() || class_of(text.front()) == Class::digit) return 0;
    std::size_t length = word_length(text);
    while (length > 0 && length + 1 < text.size() && text[length] == '-') {
        const std::size_t next = word_length(text.substr(length + 1));
        if (next == 0) break;
        length += 1 + next;
    }
    return length;
}

bool is_label(std::string_view text) { return !text.empty() && label_length(text) == text.size(); }

bool is_keyword(std::string_view word) {
    return std::ranges::find(keywords, word) != keywords.end();
}

}  // namespace weft::value
