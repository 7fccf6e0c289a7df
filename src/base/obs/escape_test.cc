#include "base/obs/escape.h"

#include <gtest/gtest.h>

namespace weft::obs {
namespace {

std::string escaped(std::string_view text, EscapeFor use, std::size_t bytes_max = 1000) {
    std::string out;
    append_escaped(out, text, use, bytes_max);
    return out;
}

TEST(Escape, KeepsReadableText) {
    for (const auto use : {EscapeFor::json, EscapeFor::terminal})
        EXPECT_EQ(escaped("gr\xc3\xbc\xc3\x9f dich, \xf0\x9f\x91\x8d", use),
                  "gr\xc3\xbc\xc3\x9f dich, \xf0\x9f\x91\x8d");
}

TEST(Escape, KeepsQuotesInASentence) {
    EXPECT_EQ(escaped("\"a\\b\"\x1b", EscapeFor::sentence), "\"a\\b\"\\x1b");
}

TEST(Escape, RefusesEveryKindOfWrongUtf8) {
    for (const std::string_view wrong : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                                         "\xf4\x90\x80\x80", "\xf5", "\xe2\x82"}) {
        std::string replaced;
        for (std::size_t i = 0; i < wrong.size(); ++i) replaced += "\\ufffd";
        EXPECT_EQ(escaped(wrong, EscapeFor::json), replaced);
    }
}

TEST(Escape, WritesSurrogatesForHiddenCharactersAboveTheBasicPlane) {
    EXPECT_EQ(escaped("\xf3\xa0\x80\x81", EscapeFor::json), "\\udb40\\udc01");
    EXPECT_EQ(escaped("\xf3\xa0\x80\x81", EscapeFor::terminal), "\\u{e0001}");
}

TEST(Escape, CutsWrongUtf8WhereTheLimitIs) {
    EXPECT_EQ(escaped(std::string(10, '\x80'), EscapeFor::terminal, 2), "\\x80\\x80...(+8 bytes)");
    EXPECT_EQ(escaped("ab", EscapeFor::terminal, 2), "ab");
    EXPECT_EQ(escaped("ab", EscapeFor::terminal, 0), "...(+2 bytes)");
}

TEST(Escape, KnowsPlainWords) {
    EXPECT_TRUE(is_plain_word("http://a:80/x?y&z"));
    for (const std::string_view text : {"", "a b", "a=b", "a\"", "\\", "\xc3\xa4", "\x1b", "\x7f"})
        EXPECT_FALSE(is_plain_word(text)) << text;
}

}  // namespace
}  // namespace weft::obs
