#include "base/crypto/hmac.h"

#include <string>

#include <gtest/gtest.h>

#include "base/codec/hex.h"

namespace weft::crypto {
namespace {

struct Case {
    std::string key;
    std::string text;
    std::string code;
};

// RFC 4231, all cases but the truncated one.
class Rfc4231 : public testing::TestWithParam<Case> {};

TEST_P(Rfc4231, GivesThePublishedCode) {
    const auto& [key, text, code] = GetParam();

    EXPECT_EQ(codec::encode_hex_lower(hmac_sha256(as_bytes(key), as_bytes(text))), code);
}

INSTANTIATE_TEST_SUITE_P(
    HmacSha256, Rfc4231,
    testing::Values(
        Case{std::string(20, '\x0b'), "Hi There",
             "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        Case{"Jefe", "what do ya want for nothing?",
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        Case{std::string(20, '\xaa'), std::string(50, '\xdd'),
             "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        Case{"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14"
             "\x15\x16\x17\x18\x19",
             std::string(50, '\xcd'),
             "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        Case{std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
             "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        Case{std::string(131, '\xaa'),
             "This is a test using a larger than block-size key and a larger than block-size data. "
             "The key needs to be hashed before being used by the HMAC algorithm.",
             "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}));

TEST(HmacSha256, GivesTheSameInPieces) {
    const Bytes key(32, 7);
    const Bytes bytes(1000, 9);

    HmacSha256 code(key);
    for (std::size_t at = 0; at < bytes.size(); at += 99)
        code.update(BytesView(bytes).subspan(at, std::min<std::size_t>(99, bytes.size() - at)));

    EXPECT_EQ(code.finish(), hmac_sha256(key, bytes));
}

TEST(HmacSha256, ComparesCodes) {
    const auto code = hmac_sha256(as_bytes("key"), as_bytes("text"));
    for (std::size_t at = 0; at < code.size(); ++at) {
        auto other = code;
        other[at] ^= 1;
        EXPECT_FALSE(is_same_code(code, other)) << at;
    }
    EXPECT_TRUE(is_same_code(code, hmac_sha256(as_bytes("key"), as_bytes("text"))));
}

}  // namespace
}  // namespace weft::crypto
