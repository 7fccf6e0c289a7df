#include "base/codec/hex.h"

#include <gtest/gtest.h>

namespace weft::codec {
namespace {

TEST(Hex, WritesAndReadsEveryByte) {
    Bytes bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::uint8_t>(i));

    const auto text = encode_hex(bytes);

    EXPECT_EQ(text.substr(0, 6), "000102");
    EXPECT_EQ(text.substr(510), "FF");
    EXPECT_EQ(decode_hex(text).value(), bytes);
    EXPECT_EQ(encode_hex_lower(bytes).substr(508), "feff");
}

TEST(Hex, RefusesOddLengthsAndOtherCharacters) {
    EXPECT_EQ(decode_hex("ABC").error().slug.text(), "hex.length_odd");
    for (const std::string_view text : {"ab", "0g", "G0", "0x", "A ", " A", "\xc3\xa9"})
        EXPECT_EQ(decode_hex(text).error().slug.text(), "hex.character_invalid") << text;
    EXPECT_EQ(decode_hex("0AFg").error().message,
              "character 4 of a hexadecimal text is none of 0-9 and A-F");
}

}  // namespace
}  // namespace weft::codec
