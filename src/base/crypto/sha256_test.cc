#include "base/crypto/sha256.h"

#include <gtest/gtest.h>

#include "base/codec/hex.h"

namespace weft::crypto {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, GivesThePublishedDigests) {
    EXPECT_EQ(codec::encode_hex(sha256({})),
              "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
    EXPECT_EQ(codec::encode_hex(sha256(as_bytes("abc"))),
              "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
}

TEST(Sha256, GivesTheSameInPieces) {
    Bytes bytes(1000);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);

    for (const std::size_t piece : {1U, 63U, 64U, 65U, 999U}) {
        Sha256 digest;
        for (std::size_t at = 0; at < bytes.size(); at += piece)
            digest.update(BytesView(bytes).subspan(at, std::min(piece, bytes.size() - at)));
        EXPECT_EQ(digest.finish(), sha256(bytes)) << piece;
    }
}

TEST(Sha256, WritesDigestsAsRegistriesDo) {
    EXPECT_EQ(sha256_digest_text(sha256(as_bytes("abc"))),
              "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace weft::crypto
