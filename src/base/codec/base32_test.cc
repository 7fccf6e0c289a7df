#include "base/codec/base32.h"

#include <gtest/gtest.h>

namespace weft::codec {
namespace {

struct Pair {
    std::string_view bytes;
    std::string_view text;
};

// RFC 4648 section 10, padding taken off.
constexpr Pair vectors[] = {
    {"", ""},
    {"f", "MY"},
    {"fo", "MZXQ"},
    {"foo", "MZXW6"},
    {"foob", "MZXW6YQ"},
    {"fooba", "MZXW6YTB"},
    {"foobar", "MZXW6YTBOI"},
};

TEST(Base32, WritesAndReadsTheVectorsOfTheRfc) {
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(encode_base32(as_bytes(bytes)), text);
        const auto decoded = decode_base32(text);
        ASSERT_TRUE(decoded) << text;
        EXPECT_EQ(as_text(*decoded), bytes);
    }
}

TEST(Base32, RefusesOtherAlphabetsAndPadding) {
    for (const std::string_view text :
         {"my", "M1", "M8", "MZXW6===", "MZXW6 YQ", "MZXW\n6YQ", "MZX\xc3\x89", "MY======"}) {
        const auto decoded = decode_base32(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().slug.text(), "base32.character_invalid") << text;
    }
}

TEST(Base32, RefusesLengthsThatNoBytesEncodeTo) {
    for (const std::string_view text : {"A", "AAA", "AAAAAA", "AAAAAAAAA"}) {
        const auto decoded = decode_base32(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().slug.text(), "base32.length_invalid") << text;
    }
}

TEST(Base32, RefusesUnusedBitsThatAreSet) {
    for (const std::string_view text : {"MZ", "MZXR", "MZXW7", "MZXW6YR"}) {
        const auto decoded = decode_base32(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().slug.text(), "base32.bits_not_zero") << text;
    }
}

}  // namespace
}  // namespace weft::codec
