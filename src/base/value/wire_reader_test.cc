#include "base/value/wire_reader.h"

#include <limits>

#include <gtest/gtest.h>

#include "base/value/wire_writer.h"

namespace weft::value {
namespace {

template <typename T, typename Put, typename Get>
void expect_round_trip(T value, Put put, Get get) {
    Bytes out;
    WireWriter writer(out);
    (writer.*put)(value);
    WireReader reader(out);
    EXPECT_EQ((reader.*get)(), value);
    EXPECT_TRUE(reader.finish()) << static_cast<std::int64_t>(value);
}

template <typename T, typename Put, typename Get>
void expect_edges(Put put, Get get) {
    for (unsigned bit = 0; bit < sizeof(T) * 8; ++bit)
        for (const int delta : {-1, 0, 1}) {
            const auto edge = (std::uint64_t{1} << bit) + static_cast<std::uint64_t>(delta);
            expect_round_trip(static_cast<T>(edge), put, get);
            expect_round_trip(static_cast<T>(~edge), put, get);
        }
    expect_round_trip(std::numeric_limits<T>::min(), put, get);
    expect_round_trip(std::numeric_limits<T>::max(), put, get);
}

TEST(Wire, RoundTripsNumbersAtEveryEdge) {
    expect_edges<std::uint8_t>(&WireWriter::u8, &WireReader::u8);
    expect_edges<std::int8_t>(&WireWriter::s8, &WireReader::s8);
    expect_edges<std::uint16_t>(&WireWriter::u16, &WireReader::u16);
    expect_edges<std::int16_t>(&WireWriter::s16, &WireReader::s16);
    expect_edges<std::uint32_t>(&WireWriter::u32, &WireReader::u32);
    expect_edges<std::int32_t>(&WireWriter::s32, &WireReader::s32);
    expect_edges<std::uint64_t>(&WireWriter::u64, &WireReader::u64);
    expect_edges<std::int64_t>(&WireWriter::s64, &WireReader::s64);
}

TEST(Wire, WritesWhatThePeersOfWrpcWrite) {
    Bytes out;
    WireWriter writer(out);
    writer.string("hi");
    writer.u32(300);
    writer.s32(-129);
    writer.f32(1.5F);
    writer.character(U'€');
    writer.boolean(true);
    writer.flag_bits(0x3FF, 9);
    writer.bytes(Bytes{7});
    writer.case_index(130);

    EXPECT_EQ(out, (Bytes{2,    'h',  'i',  0xAC, 0x02, 0xFF, 0x7E, 0, 0,    0xC0, 0x3F,
                          0xE2, 0x82, 0xAC, 0x01, 0xFF, 0x01, 1,    7, 0x82, 0x01}));

    WireReader reader(out);
    EXPECT_EQ(reader.string(), "hi");
    EXPECT_EQ(reader.u32(), 300U);
    EXPECT_EQ(reader.s32(), -129);
    EXPECT_EQ(reader.f32(), 1.5F);
    EXPECT_EQ(reader.character(), U'€');
    EXPECT_TRUE(reader.boolean());
    EXPECT_EQ(reader.flag_bits(9), 0x1FFU);
    EXPECT_EQ(reader.bytes().size(), 1U);
    EXPECT_EQ(reader.case_index(131), 130U);
    EXPECT_TRUE(reader.finish());
}

TEST(Wire, ViewsPointIntoTheInput) {
    const Bytes in{3, 'a', 'b', 'c', 2, 1, 2};
    WireReader reader(in);

    const auto text = reader.string();
    const auto bytes = reader.bytes();

    EXPECT_EQ(static_cast<const void*>(text.data()), in.data() + 1);
    EXPECT_EQ(bytes.data(), in.data() + 5);
    EXPECT_EQ(reader.offset(), 7U);
}

TEST(Wire, KeepsTheBitsOfFloats) {
    const Bytes in{1, 0, 0xA0, 0xFF, 1, 0, 0, 0, 0, 0, 0xF4, 0x7F};
    WireReader reader(in);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(reader.f32()), 0xFFA0'0001U);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(reader.f64()), 0x7FF4'0000'0000'0001U);
}

TEST(Wire, FlagsOfEveryNumber) {
    for (unsigned names = 1; names <= 64; ++names) {
        const auto all = names == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << names) - 1;
        Bytes out;
        WireWriter(out).flag_bits(~std::uint64_t{0}, names);
        EXPECT_EQ(out.size(), (names + 7) / 8);
        WireReader reader(out);
        EXPECT_EQ(reader.flag_bits(names), all);
        EXPECT_TRUE(reader.finish());
    }
}

using Read = void (*)(WireReader&);

struct Wrong {
    std::string name;
    Bytes bytes;
    Read read;
    std::string slug;
    std::string message;
};

class WrongWire : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongWire, IsRefusedAtItsOffset) {
    Bytes bytes{0xAB};  // one byte before, so that offsets are not all zero
    bytes.insert(bytes.end(), GetParam().bytes.begin(), GetParam().bytes.end());
    WireReader reader(bytes);
    reader.u8();

    GetParam().read(reader);

    const auto refused = reader.finish();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::corrupt);
    EXPECT_EQ(refused.error().slug.text(), GetParam().slug);
    EXPECT_EQ(refused.error().message, GetParam().message);
}

constexpr const char* overlong = "offset 1: a number takes more bytes than it needs";

INSTANTIATE_TEST_SUITE_P(
    All, WrongWire,
    ::testing::Values(Wrong{"no_byte",
                            {},
                            [](WireReader& r) { r.u8(); },
                            "wire.truncated",
                            "offset 1: the bytes end within a value"},
                      Wrong{"cut_leb",
                            {0x80, 0x80},
                            [](WireReader& r) { r.u32(); },
                            "wire.truncated",
                            "offset 3: the bytes end within a value"},
                      Wrong{"cut_signed_leb",
                            {0xFF},
                            [](WireReader& r) { r.s64(); },
                            "wire.truncated",
                            "offset 2: the bytes end within a value"},
                      Wrong{"cut_f32",
                            {1, 2, 3},
                            [](WireReader& r) { r.f32(); },
                            "wire.truncated",
                            "offset 4: the bytes end within a value"},
                      Wrong{"cut_f64",
                            {1, 2, 3, 4, 5, 6, 7},
                            [](WireReader& r) { r.f64(); },
                            "wire.truncated",
                            "offset 8: the bytes end within a value"},
                      Wrong{"cut_char",
                            {},
                            [](WireReader& r) { r.character(); },
                            "wire.truncated",
                            "offset 1: the bytes end within a value"},
                      Wrong{"cut_flags",
                            {1},
                            [](WireReader& r) { r.flags(9); },
                            "wire.truncated",
                            "offset 2: the bytes end within a value"},
                      Wrong{"bool",
                            {2},
                            [](WireReader& r) { r.boolean(); },
                            "wire.bool_invalid",
                            "offset 1: byte 2 is not a bool; 0 and 1 are"},
                      Wrong{"overlong_zero",
                            {0x80, 0},
                            [](WireReader& r) { r.u16(); },
                            "wire.leb_overlong",
                            overlong},
                      Wrong{"overlong_u64",
                            {0xFF, 0x80, 0},
                            [](WireReader& r) { r.u64(); },
                            "wire.leb_overlong",
                            overlong},
                      Wrong{"overlong_signed_zero",
                            {0x80, 0},
                            [](WireReader& r) { r.s32(); },
                            "wire.leb_overlong",
                            overlong},
                      Wrong{"overlong_minus_one",
                            {0xFF, 0x7F},
                            [](WireReader& r) { r.s32(); },
                            "wire.leb_overlong",
                            overlong},
                      Wrong{"overflow_u16",
                            {0x80, 0x80, 0x04},
                            [](WireReader& r) { r.u16(); },
                            "wire.leb_overflow",
                            "offset 1: a number does not fit in 16 bits"},
                      Wrong{"overflow_u32",
                            {0xFF, 0xFF, 0xFF, 0xFF, 0x1F},
                            [](WireReader& r) { r.u32(); },
                            "wire.leb_overflow",
                            "offset 1: a number does not fit in 32 bits"},
                      Wrong{"overflow_u64",
                            {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02},
                            [](WireReader& r) { r.u64(); },
                            "wire.leb_overflow",
                            "offset 1: a number does not fit in 64 bits"},
                      Wrong{"endless", Bytes(20, 0x80), [](WireReader& r) { r.u64(); },
                            "wire.leb_overflow", "offset 1: a number does not fit in 64 bits"},
                      Wrong{"overflow_s16",
                            {0x80, 0x80, 0x02},
                            [](WireReader& r) { r.s16(); },
                            "wire.leb_overflow",
                            "offset 1: a number does not fit in 16 bits"},
                      Wrong{"overflow_s16_below",
                            {0xFF, 0xFF, 0x7D},
                            [](WireReader& r) { r.s16(); },
                            "wire.leb_overflow",
                            "offset 1: a number does not fit in 16 bits"},
                      Wrong{"overflow_s64",
                            {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01},
                            [](WireReader& r) { r.s64(); },
                            "wire.leb_overflow",
                            "offset 1: a number does not fit in 64 bits"},
                      Wrong{"char_surrogate",
                            {0xED, 0xA0, 0x80},
                            [](WireReader& r) { r.character(); },
                            "wire.char_invalid",
                            "offset 1: no character begins here"},
                      Wrong{"char_continuation",
                            {0x80},
                            [](WireReader& r) { r.character(); },
                            "wire.char_invalid",
                            "offset 1: no character begins here"},
                      Wrong{"char_cut",
                            {0xE2, 0x82},
                            [](WireReader& r) { r.character(); },
                            "wire.char_invalid",
                            "offset 1: no character begins here"},
                      Wrong{"utf8",
                            {3, 'a', 0xFF, 'b'},
                            [](WireReader& r) { r.string(); },
                            "wire.utf8_invalid",
                            "offset 3: a string is not valid UTF-8"},
                      Wrong{"string_long",
                            {4, 'a', 'b', 'c'},
                            [](WireReader& r) { r.string(); },
                            "wire.count_exceeded",
                            "offset 1: 4 items or bytes cannot be in what follows"},
                      Wrong{"count",
                            {3, 0, 0, 0, 0, 0},
                            [](WireReader& r) { r.count(2); },
                            "wire.count_exceeded",
                            "offset 1: 3 items or bytes cannot be in what follows"},
                      Wrong{"count_huge",
                            {0xFF, 0xFF, 0xFF, 0xFF, 0x0F},
                            [](WireReader& r) { r.count(~std::uint64_t{0}); },
                            "wire.count_exceeded",
                            "offset 1: 4294967295 items or bytes cannot be in what follows"},
                      Wrong{"case",
                            {3},
                            [](WireReader& r) { r.case_index(3); },
                            "wire.case_unknown",
                            "offset 1: there is no case of number 3"},
                      Wrong{"option",
                            {2},
                            [](WireReader& r) { r.is_some(); },
                            "wire.case_unknown",
                            "offset 1: there is no case of number 2"},
                      Wrong{"flags",
                            {0xFF, 0x02},
                            [](WireReader& r) { r.flags(9); },
                            "wire.flags_unknown",
                            "offset 2: byte 2 sets flags that have no name"},
                      Wrong{"trailing",
                            {1, 2, 3},
                            [](WireReader& r) { r.u8(); },
                            "wire.trailing",
                            "offset 2: 2 bytes follow the last value"}),
    [](const auto& param) { return param.param.name; });

TEST(Wire, FirstFailureSticksAndEndsReading) {
    const Bytes in{2, 5, 'h', 'e', 'l', 'l', 'o', 9};
    WireReader reader(in);

    EXPECT_FALSE(reader.boolean());
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.count(1), 0U);
    EXPECT_EQ(reader.string(), "");
    EXPECT_EQ(reader.s64(), 0);
    EXPECT_EQ(reader.u8(), 0);
    EXPECT_EQ(reader.character(), U'\0');
    EXPECT_EQ(reader.flags(3).size(), 0U);
    EXPECT_EQ(reader.case_index(4), 0U);
    EXPECT_EQ(reader.check().error().slug, Slug("wire.bool_invalid"));
    EXPECT_EQ(reader.finish().error().slug, Slug("wire.bool_invalid"));
}

}  // namespace
}  // namespace weft::value
