#include "base/codec/leb128.h"

#include <limits>

#include <gtest/gtest.h>

namespace weft::codec {
namespace {

TEST(Leb128, RoundTripsMinimally) {
    for (unsigned bit = 0; bit < 64; ++bit) {
        for (const std::uint64_t value : {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) - 1}) {
            Bytes bytes;
            append_leb128(bytes, value);
            const std::size_t length = bytes.size();
            bytes.push_back(0xFF);  // must not be read

            const auto read = read_leb128_u64(bytes);

            ASSERT_TRUE(read);
            EXPECT_EQ(read->value, value);
            EXPECT_EQ(read->bytes, length);
            EXPECT_TRUE(read->minimal);
        }
    }
    Bytes largest;
    append_leb128(largest, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(largest.size(), 10U);
    EXPECT_EQ(read_leb128_u64(largest)->value, std::numeric_limits<std::uint64_t>::max());
}

TEST(Leb128, ReadsTheLargestOf32Bits) {
    EXPECT_EQ(read_leb128_u32(Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x0F})->value, 0xFFFFFFFFU);
}

TEST(Leb128, AllowsPaddingUpToTheLongestFormAndSaysSo) {
    const auto padded = read_leb128_u32(Bytes{0x81, 0x80, 0x80, 0x80, 0x00});
    ASSERT_TRUE(padded);
    EXPECT_EQ(padded->value, 1U);
    EXPECT_EQ(padded->bytes, 5U);
    EXPECT_FALSE(padded->minimal);
    EXPECT_TRUE(read_leb128_u32(Bytes{0x00})->minimal);
    EXPECT_FALSE(read_leb128_u32(Bytes{0x80, 0x00})->minimal);
}

TEST(Leb128, RefusesOverflow) {
    for (const Bytes& bytes :
         {Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x1F}, Bytes{0x80, 0x80, 0x80, 0x80, 0x70},
          Bytes{0x80, 0x80, 0x80, 0x80, 0x80, 0x00}})
        EXPECT_EQ(read_leb128_u32(bytes).error().slug, Slug("leb128.overflow"));
    const Bytes over64{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02};
    EXPECT_EQ(read_leb128_u64(over64).error().slug, Slug("leb128.overflow"));
}

TEST(Leb128, RefusesATruncatedNumber) {
    EXPECT_EQ(read_leb128_u32({}).error().slug, Slug("leb128.truncated"));
    EXPECT_EQ(read_leb128_u64(Bytes{0x80, 0x80}).error().slug, Slug("leb128.truncated"));
}

}  // namespace
}  // namespace weft::codec
