#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/value/wave_quoted.h"

namespace weft::value {

/// Cuts a WAVE text, which must be valid UTF-8, into tokens. Blanks and comments between them are
/// passed over.
class WaveScanner {
  public:
    enum class Token : std::uint8_t {
        end,
        symbol,  ///< One of `{}()[]:,`.
        number,  ///< `-inf` too.
        label,
        character,
        string,
        multiline,
        unknown,
    };

    explicit WaveScanner(std::string_view text, std::size_t offset = 0) : text_(text), at_(offset) {
        skip_blanks();
    }

    /// The kind of the next token.
    Token peek() const;
    /// Whether the next token is that symbol.
    bool at(char symbol) const { return peek() == Token::symbol && text_[at_] == symbol; }
    /// Takes that symbol if it is next.
    bool take(char symbol);
    /// Takes a number, which is next, as it stands in the text.
    std::string_view take_number();
    struct Label {
        std::string_view text;   ///< Without '%'.
        bool is_marked = false;  ///< It had a '%'.
        std::size_t offset = 0;
        /// Whether it is that keyword.
        bool is(std::string_view keyword) const { return !is_marked && text == keyword; }
    };
    /// The label that is next, left in place.
    Label peek_label() const;
    Label take_label();
    /// Takes a character, which is next. Errors: invalid_argument (`wave.char_invalid`,
    /// `wave.escape_invalid`).
    Result<char32_t> take_character();
    /// Takes a string of either kind, which is next. Errors: invalid_argument
    /// (`wave.string_unclosed`, `wave.escape_invalid`, `wave.multiline_invalid`).
    Result<std::string> take_string();

    /// Of the next token, in bytes.
    std::size_t offset() const { return at_; }
    /// "line 2, column 7: "
    std::string place(std::size_t offset) const { return wave_place(text_, offset); }
    /// What stands next, for a message: "the number 12", "the end".
    std::string describe() const;

  private:
    void skip_blanks();
    void pass(std::size_t bytes);
    std::string_view rest() const { return text_.substr(at_); }

    std::string_view text_;
    std::size_t at_;
};

}  // namespace weft::value
