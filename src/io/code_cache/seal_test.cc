#include "io/code_cache/seal.h"

#include <gtest/gtest.h>

namespace weft::code_cache {
namespace {

SealKey host(std::uint8_t byte) {
    std::array<std::uint8_t, SealKey::secret_bytes> secret;
    secret.fill(byte);
    return SealKey(secret);
}

CodeKey key(std::uint8_t byte) {
    CodeKey key;
    key.fill(byte);
    return key;
}

Seal::Bytes seal_of(const SealKey& host_key, std::string_view code, const CodeKey& code_key) {
    Seal seal(host_key);
    for (const char byte : code) seal.update(as_bytes(std::string_view(&byte, 1)));
    return seal.finish(code_key);
}

TEST(Seal, HasTheLayoutOfItsContract) {
    const auto seal = seal_of(host(1), "code", key(7));

    const auto begin = std::string(as_text(seal)).substr(0, 56);
    EXPECT_EQ(begin, std::string("weftcode") + std::string("\1\0\0\0\0\0\0\0", 8) +
                         std::string("\4\0\0\0\0\0\0\0", 8) + std::string(32, '\7'));
}

TEST(Seal, IsTheSameForTheSameOnly) {
    const auto seal = seal_of(host(1), "code", key(7));

    EXPECT_TRUE(is_same_seal(seal, seal_of(host(1), "code", key(7))));
    EXPECT_FALSE(is_same_seal(seal, seal_of(host(2), "code", key(7))));
    EXPECT_FALSE(is_same_seal(seal, seal_of(host(1), "coda", key(7))));
    EXPECT_FALSE(is_same_seal(seal, seal_of(host(1), "code.", key(7))));
    EXPECT_FALSE(is_same_seal(seal, seal_of(host(1), "code", key(8))));
    for (std::size_t at = 0; at < seal.size(); ++at) {
        auto other = seal;
        other[at] ^= 0x10;
        EXPECT_FALSE(is_same_seal(seal, other)) << at;
    }
}

TEST(SealKey, NamesEntriesForOneHost) {
    const auto name = host(1).name_of(key(7));

    EXPECT_EQ(name.size(), 64U);
    EXPECT_EQ(name, host(1).name_of(key(7)));
    EXPECT_NE(name, host(1).name_of(key(8)));
    EXPECT_NE(name, host(2).name_of(key(7)));
}

}  // namespace
}  // namespace weft::code_cache
