#include "base/crypto/ed25519.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"
#include "base/codec/json.h"
#include "base/crypto/small_order_test.h"

namespace weft::crypto {
namespace {

std::array<std::uint8_t, 32> bytes32(std::string_view hex) {
    std::array<std::uint8_t, 32> out;
    std::ranges::copy(from_hex(hex), out.begin());
    return out;
}

// RFC 8032 section 7.1, test 2.
TEST(Ed25519, SignsAsTheRfcSays) {
    const auto seed = bytes32("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const Bytes message = {0x72};

    const auto key = ed25519_public_key(seed);
    const auto signature = ed25519_sign(seed, message);

    EXPECT_EQ(key, bytes32("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
    EXPECT_EQ(codec::encode_hex_lower(signature),
              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    EXPECT_TRUE(ed25519_verify(key, message, signature));
}

// RFC 7748 section 6.1.
TEST(Ed25519, DerivesTheBoxKeyAsTheRfcSays) {
    const auto seed = bytes32("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");

    EXPECT_EQ(x25519_public_key(seed),
              bytes32("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
}

TEST(Ed25519, RefusesEveryFlippedBitOfASignature) {
    const auto seed = bytes32("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const auto message = as_bytes("hello");
    const auto key = ed25519_public_key(seed);
    const auto signature = ed25519_sign(seed, message);

    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
        auto changed = signature;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        const auto verdict = ed25519_verify(key, message, changed);
        ASSERT_FALSE(verdict) << bit;
        EXPECT_EQ(verdict.error().slug.text(), "crypto.signature_invalid");
    }
}

TEST(Ed25519, RefusesKeysOfSmallOrder) {
    // Under such a key R = any point of small order with S = 0 fits about every eighth message.
    for (const auto& key : small_order_keys())
        for (const auto& r : small_order_keys())
            for (const std::string_view message : {"", "a", "b", "c"}) {
                Ed25519Signature signature{};
                std::ranges::copy(r, signature.begin());
                const auto verdict = ed25519_verify(key, as_bytes(message), signature);
                ASSERT_FALSE(verdict) << codec::encode_hex(key);
                EXPECT_EQ(verdict.error().slug.text(), "crypto.key_weak");
            }
}

TEST(Ed25519, AgreesWithWycheproof) {
    const auto path = codec::corpora_root() / "wycheproof/ed25519_test.json";
    WEFT_NEED_CORPUS(path);
    const auto suite = codec::parse_json(codec::read_whole_file(path)).value();

    int cases = 0;
    int wrong = 0;
    for (const auto& group : *suite.find("testGroups")->as_array()) {
        const auto key = bytes32(group.find("publicKey")->get_string("pk").value());
        for (const auto& test : *group.find("tests")->as_array()) {
            const auto message = from_hex(test.get_string("msg").value());
            const auto bytes = from_hex(test.get_string("sig").value());
            Ed25519Signature signature{};
            const bool right_length = bytes.size() == signature.size();
            if (right_length) std::ranges::copy(bytes, signature.begin());
            const bool accepted = right_length && ed25519_verify(key, message, signature);
            ++cases;
            if (accepted == (test.get_string("result").value() == "valid")) continue;
            ++wrong;
            ADD_FAILURE() << "case " << *test.find("tcId")->as_int();
        }
    }
    EXPECT_EQ(cases, 151);
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace weft::crypto
