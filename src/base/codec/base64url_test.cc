#include "base/codec/base64url.h"

#include <gtest/gtest.h>

namespace weft::codec {
namespace {

struct Pair {
    std::string_view bytes;
    std::string_view text;
};

// RFC 4648 section 10, padding taken off, and the two letters that differ from plain base64.
constexpr Pair vectors[] = {
    {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
    {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"},
};

TEST(Base64url, WritesAndReadsTheVectorsOfTheRfc) {
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(encode_base64url(as_bytes(bytes)), text);
        const auto decoded = decode_base64url(text);
        ASSERT_TRUE(decoded) << text;
        EXPECT_EQ(as_text(*decoded), bytes);
    }
}

TEST(Base64url, RefusesPaddingWhiteSpaceAndTheOtherAlphabet) {
    for (const std::string_view text :
         {"Zg==", "Zm8=", "+_8", "-/8", "Zm 9v", "Zm9v\n", " Zm9v", "Zm9?", "Zm9\xc3"}) {
        const auto decoded = decode_base64url(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().slug.text(), "base64url.character_invalid") << text;
    }
    EXPECT_FALSE(decode_base64url(std::string_view("Zm9\0", 4)));
}

TEST(Base64url, RefusesLengthsThatNoBytesEncodeTo) {
    for (const std::string_view text : {"A", "AAAAA"}) {
        const auto decoded = decode_base64url(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().slug.text(), "base64url.length_invalid") << text;
    }
}

TEST(Base64url, RefusesUnusedBitsThatAreSet) {
    for (const std::string_view text : {"Zh", "Zm9", "AB", "-_9"}) {
        const auto decoded = decode_base64url(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().slug.text(), "base64url.bits_not_zero") << text;
    }
}

}  // namespace
}  // namespace weft::codec
