#include "base/codec/utf8.h"

#include <gtest/gtest.h>

#include "base/codec/mark.h"

namespace weft::codec {
namespace {

TEST(Utf8, DecodesTheBoundsOfEachLength) {
    for (const char32_t c :
         {0x00U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xD7FFU, 0xE000U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
        std::string text;
        append_utf8(text, c);

        const Utf8Char read = decode_utf8(text + "x");

        EXPECT_TRUE(read.valid) << static_cast<unsigned>(c);
        EXPECT_EQ(read.code_point, c);
        EXPECT_EQ(read.bytes, text.size());
    }
}

TEST(Utf8, RefusesOverlongSurrogateTooLargeAndTruncatedForms) {
    for (const std::string_view text :
         {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xE2\x82", "\xC3(", "\xFF"}) {
        EXPECT_FALSE(decode_utf8(text).valid);
        EXPECT_EQ(decode_utf8(text).bytes, 1U);
        EXPECT_EQ(find_invalid_utf8("ab" + std::string(text)), 2U);
    }
    EXPECT_EQ(find_invalid_utf8("aé€😀"), std::string_view::npos);
}

TEST(Utf8, FindsTheFirstWrongByteWhereverItIs) {
    for (std::size_t at = 0; at < 100; ++at) {
        std::string text(100, 'a');
        text[at] = '\x80';
        EXPECT_EQ(find_invalid_utf8(text), at);
        EXPECT_EQ(find_invalid_utf8(text.substr(0, at)), std::string_view::npos);
        text.replace(at, 1, "é");
        EXPECT_EQ(find_invalid_utf8(text), std::string_view::npos);
        EXPECT_EQ(find_invalid_utf8(text + "\xFF"), 101U);
    }
}

TEST(Utf8, KnowsWhatIsUnsafeToPrint) {
    for (const char32_t c : {0x00, 0x1B, 0x7F, 0x85, 0x9F, 0x2028, 0x202E, 0x2066})
        EXPECT_TRUE(is_unsafe_to_print(c)) << static_cast<unsigned>(c);
    for (const char32_t c : {0x20, 0x7E, 0xA0, 0xE9, 0x2030, 0x1F600})
        EXPECT_FALSE(is_unsafe_to_print(c)) << static_cast<unsigned>(c);
}

TEST(Mark, CountsLinesAndCharacters) {
    constexpr std::string_view text = "aé\nb€c";

    EXPECT_EQ(mark_at(text, 0), (Mark{1, 1}));
    EXPECT_EQ(mark_at(text, 3), (Mark{1, 3}));
    EXPECT_EQ(mark_at(text, 4), (Mark{2, 1}));
    EXPECT_EQ(mark_at(text, 8), (Mark{2, 3}));
    EXPECT_EQ(mark_at(text, 99), (Mark{2, 4}));
}

}  // namespace
}  // namespace weft::codec
