#include "base/crypto/nkeys.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/codec/base32.h"
#include "base/crypto/crc16.h"
#include "base/crypto/small_order_test.h"

namespace weft::crypto {
namespace {

// A published pair of the nkeys project.
constexpr std::string_view seed_text = "SAAPN4W3EG6KCJGUQTKTJ5GSB5NHK5CHAJL4DBGFUM3HHROI4XUEP4OBK4";
constexpr std::string_view key_text = "ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2";

std::string_view slug_of(const auto& result) { return result.error().slug.text(); }

/// A key's text over any prefix and bytes, its CRC right.
std::string key_of(Bytes bytes) {
    const auto crc = crc16_xmodem(bytes);
    bytes.push_back(static_cast<std::uint8_t>(crc & 0xffU));
    bytes.push_back(static_cast<std::uint8_t>(crc >> 8U));
    return codec::encode_base32(bytes);
}

TEST(Crc16, GivesTheCheckValueOfItsCatalogue) {
    EXPECT_EQ(crc16_xmodem(as_bytes("123456789")), 0x31c3);
    EXPECT_EQ(crc16_xmodem({}), 0);
}

TEST(Nkeys, ReadsAndWritesThePublishedPair) {
    const auto seed = Seed::parse(seed_text);
    ASSERT_TRUE(seed);
    const auto key = PublicKey::parse(key_text);
    ASSERT_TRUE(key);

    EXPECT_EQ(seed->kind(), KeyKind::account);
    EXPECT_EQ(seed->public_key(), *key);
    EXPECT_EQ(key->text(), key_text);
    EXPECT_EQ(seed->text().reveal(), seed_text);
}

TEST(Nkeys, MakesKeysOfEveryKindThatReadBack) {
    SeededRandom random(1);
    for (const auto& row : key_kinds()) {
        const auto seed = Seed::generate(row.kind, random);
        const auto key = seed.public_key();
        const auto text = key.text();

        EXPECT_EQ(text.size(), public_key_chars);
        EXPECT_EQ(text[0], row.letter);
        EXPECT_EQ(seed.text().reveal().size(), seed_chars);
        EXPECT_EQ(seed.text().reveal().substr(0, 2), std::string("S") + row.letter);
        EXPECT_EQ(PublicKey::parse_as(row.kind, text).value(), key);
        EXPECT_EQ(Seed::parse(seed.text().reveal()).value().public_key(), key);
        EXPECT_EQ(find_key_kind_by_name(row.name), row.kind);
    }
    EXPECT_EQ(find_key_kind_by_name("component"), KeyKind::module_);
    EXPECT_EQ(find_key_kind_by_name("service"), KeyKind::provider);
    EXPECT_EQ(find_key_kind_by_name("server"), KeyKind::host);
    EXPECT_EQ(find_key_kind_by_name("x"), std::nullopt);
}

TEST(Nkeys, NoticesEveryMistypedCharacter) {
    for (std::size_t i = 0; i < key_text.size(); ++i) {
        std::string text(key_text);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(PublicKey::parse(text)) << i;
    }
    for (std::size_t i = 0; i < seed_text.size(); ++i) {
        std::string text(seed_text);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        const auto seed = Seed::parse(text);
        ASSERT_FALSE(seed) << i;
        EXPECT_EQ(seed.error().message.find(text.substr(2, 20)), std::string::npos);
    }
}

TEST(Nkeys, SaysWhatIsWrongWithAKey) {
    const auto good = PublicKey::parse(key_text).value().bytes();
    Bytes unknown_kind = {1U << 3U};
    unknown_kind.insert(unknown_kind.end(), good.begin(), good.end());

    EXPECT_EQ(slug_of(PublicKey::parse("")), "key.length_invalid");
    EXPECT_EQ(slug_of(PublicKey::parse(key_text.substr(1))), "key.length_invalid");
    EXPECT_EQ(slug_of(PublicKey::parse(seed_text)), "key.is_seed");
    EXPECT_EQ(slug_of(PublicKey::parse("acoderuvffawzqdss6sbiacua5o6sxf7hj3ytyxbalhzp3p7r4buo4j2")),
              "base32.character_invalid");
    EXPECT_EQ(slug_of(PublicKey::parse("ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J3")),
              "key.checksum_wrong");
    EXPECT_EQ(slug_of(PublicKey::parse(key_of(unknown_kind))), "key.kind_unknown");
    EXPECT_EQ(slug_of(PublicKey::parse_as(KeyKind::module_, key_text)), "key.kind_wrong");
    EXPECT_EQ(PublicKey::parse_as(KeyKind::module_, key_text).error().message,
              "'ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2' is a key of the kind "
              "'account'; one of the kind 'module', which begins with 'M', is needed here");
}

TEST(Nkeys, SaysWhatIsWrongWithASeed) {
    Bytes wrong_prefix(34, 7);
    wrong_prefix[0] = 17U << 3U;
    wrong_prefix[1] = 0;
    Bytes low_bits(34, 7);
    low_bits[0] = 18U << 3U;
    low_bits[1] = 1;
    Bytes unknown_kind(34, 7);
    unknown_kind[0] = 18U << 3U;
    unknown_kind[1] = 1U << 6U;

    EXPECT_EQ(slug_of(Seed::parse(key_text)), "key.not_seed");
    EXPECT_EQ(slug_of(Seed::parse("S")), "key.length_invalid");
    EXPECT_EQ(slug_of(Seed::parse(key_of(wrong_prefix))), "key.not_seed");
    EXPECT_EQ(slug_of(Seed::parse(key_of(low_bits))), "key.not_seed");
    EXPECT_EQ(slug_of(Seed::parse(key_of(unknown_kind))), "key.not_seed");
}

TEST(Nkeys, RefusesKeysOfSmallOrder) {
    for (const auto& bytes : small_order_keys())
        for (const auto& row : key_kinds()) {
            if (row.kind == KeyKind::curve) continue;
            Bytes key = {row.prefix};
            key.insert(key.end(), bytes.begin(), bytes.end());
            EXPECT_EQ(slug_of(PublicKey::parse(key_of(key))), "crypto.key_weak");
        }
}

TEST(Nkeys, CurveKeysSignNothing) {
    SeededRandom random(2);
    const auto seed = Seed::generate(KeyKind::curve, random);

    EXPECT_EQ(slug_of(seed.sign(as_bytes("x"))), "key.cannot_sign");
}

TEST(Nkeys, AMovedSeedIsWiped) {
    auto first = Seed::parse(seed_text).value();
    const auto second = std::move(first);

    // Reading what is left behind is the point of this test.
    const auto left = first.text();  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(codec::decode_base32(left.reveal()).value()[2], 0);
    EXPECT_NE(left.reveal(), seed_text);
    EXPECT_EQ(second.text().reveal(), seed_text);
}

}  // namespace
}  // namespace weft::crypto
