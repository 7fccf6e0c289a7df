#include "base/value/wave_scanner.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/codec/utf8.h"
#include "base/core/assert.h"
#include "base/value/label.h"
#include "base/value/wave_quoted.h"

namespace weft::value {
namespace {

constexpr std::size_t shown_max = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && is_digit(text[length])) ++length;
    return length;
}

/// `.5` and `e-3` of a number; 0 when there is none.
std::size_t fraction_length(std::string_view text) {
    if (!text.starts_with('.')) return 0;
    const auto digits = digits_length(text.substr(1));
    return digits == 0 ? 0 : 1 + digits;
}

std::size_t exponent_length(std::string_view text) {
    if (!text.starts_with('e') && !text.starts_with('E')) return 0;
    std::size_t sign = 1;
    if (text.size() > 1 && (text[1] == '+' || text[1] == '-')) sign = 2;
    const auto digits = digits_length(text.substr(sign));
    return digits == 0 ? 0 : sign + digits;
}

/// Of the number that the text begins with; 0 when it begins with none.
std::size_t number_length(std::string_view text) {
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    if (sign == 1 && text.substr(1).starts_with("inf")) return 4;
    auto length = digits_length(text.substr(sign));
    if (length == 0) return 0;
    if (text[sign] == '0') length = 1;
    length += sign;
    length += fraction_length(text.substr(length));
    return length + exponent_length(text.substr(length));
}

/// So much of a text as a message should quote.
std::string_view shown(std::string_view text, std::size_t bytes) {
    return text.substr(0, std::min(bytes, shown_max));
}

}  // namespace

void WaveScanner::skip_blanks() {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            ++at_;
        } else if (rest().starts_with("//")) {
            at_ = std::min(text_.find('\n', at_), text_.size());
        } else {
            return;
        }
    }
}

void WaveScanner::pass(std::size_t bytes) {
    at_ += bytes;
    skip_blanks();
}

WaveScanner::Token WaveScanner::peek() const {
    if (at_ >= text_.size()) return Token::end;
    const char c = text_[at_];
    if (std::string_view("{}()[]:,").contains(c)) return Token::symbol;
    if (c == '\'') return Token::character;
    if (c == '"') return rest().starts_with("\"\"\"") ? Token::multiline : Token::string;
    if (number_length(rest()) > 0) return Token::number;
    if (label_length(rest().substr(c == '%' ? 1 : 0)) > 0) return Token::label;
    return Token::unknown;
}

bool WaveScanner::take(char symbol) {
    if (!at(symbol)) return false;
    pass(1);
    return true;
}

std::string_view WaveScanner::take_number() {
    const auto number = rest().substr(0, number_length(rest()));
    WEFT_ASSERT(!number.empty(), "a number is taken where one stands");
    pass(number.size());
    return number;
}

WaveScanner::Label WaveScanner::peek_label() const {
    const bool is_marked = rest().starts_with('%');
    const auto text = rest().substr(is_marked ? 1 : 0);
    return {.text = text.substr(0, label_length(text)), .is_marked = is_marked, .offset = at_};
}

WaveScanner::Label WaveScanner::take_label() {
    const auto label = peek_label();
    WEFT_ASSERT(!label.text.empty(), "a label is taken where one stands");
    pass(label.text.size() + (label.is_marked ? 1 : 0));
    return label;
}

Result<char32_t> WaveScanner::take_character() {
    TRY(const auto character, read_wave_character(text_, at_));
    pass(character.end - at_);
    return character.code_point;
}

Result<std::string> WaveScanner::take_string() {
    TRY(auto string, read_wave_string(text_, at_));
    pass(string.end - at_);
    return std::move(string.content);
}

std::string WaveScanner::describe() const {
    switch (peek()) {
        case Token::end: return "the end";
        case Token::number:
            return fmt::format("the number {}", shown(rest(), number_length(rest())));
        case Token::label: return fmt::format("the word '{}'", shown(peek_label().text, shown_max));
        case Token::character: return "a character";
        case Token::string:
        case Token::multiline: return "a string";
        case Token::symbol: return fmt::format("'{}'", rest()[0]);
        case Token::unknown: break;
    }
    return fmt::format("'{}'", shown(rest(), codec::decode_utf8(rest()).bytes));
}

}  // namespace weft::value
