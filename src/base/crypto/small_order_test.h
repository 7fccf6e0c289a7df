#pragma once

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/hex.h"
#include "base/crypto/ed25519.h"

namespace weft::crypto {

inline Bytes from_hex(std::string_view text) {
    std::string upper(text);
    for (auto& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return codec::decode_hex(upper).value();
}

/// Encodings of the eight points whose order divides 8, the non-canonical ones too: y, y + p, each
/// with both signs of x.
inline std::vector<Ed25519PublicKey> small_order_keys() {
    std::vector<Ed25519PublicKey> keys;
    for (const std::string_view y :
         {"0100000000000000000000000000000000000000000000000000000000000000",   // identity
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",   // order 2
          "0000000000000000000000000000000000000000000000000000000000000000",   // order 4
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",   // order 8
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",   // order 8
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",   // identity + p
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"})  // order 4 + p
        for (const std::uint8_t sign : {0x00, 0x80}) {
            const auto bytes = from_hex(y);
            Ed25519PublicKey key;
            for (std::size_t i = 0; i < key.size(); ++i) key[i] = bytes[i];
            key[31] = static_cast<std::uint8_t>(key[31] | sign);
            keys.push_back(key);
        }
    return keys;
}

}  // namespace weft::crypto
