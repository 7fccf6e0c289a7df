#include "io/code_cache/seal.h"

#include <algorithm>
#include <string_view>

#include "base/codec/hex.h"

namespace weft::code_cache {
namespace {

constexpr std::string_view magic = "weftcode";
constexpr std::uint64_t layout_version = 1;
constexpr std::size_t mac_at = 56;

std::uint8_t* put(std::uint8_t* at, BytesView bytes) { return std::ranges::copy(bytes, at).out; }

std::uint8_t* put(std::uint8_t* at, std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte) *at++ = static_cast<std::uint8_t>(number >> (8 * byte));
    return at;
}

}  // namespace

SealKey::SealKey(std::span<const std::uint8_t, secret_bytes> secret)
    : for_names_(crypto::hmac_sha256(secret, as_bytes("weft code cache: names"))),
      for_seals_(crypto::hmac_sha256(secret, as_bytes("weft code cache: seals"))) {}

std::string SealKey::name_of(const CodeKey& key) const {
    return codec::encode_hex_lower(crypto::hmac_sha256(for_names_, key));
}

Seal::Bytes Seal::finish(const CodeKey& key) {
    Bytes seal;
    auto* at = put(seal.data(), as_bytes(magic));
    at = put(at, layout_version);
    at = put(at, code_bytes_);
    at = put(at, key);
    mac_.update(BytesView(seal).first(mac_at));
    put(at, mac_.finish());
    return seal;
}

bool is_same_seal(const Seal::Bytes& left, const Seal::Bytes& right) {
    // What is before the code is not secret; a difference there is one in the code as well.
    crypto::Sha256Digest left_mac;
    crypto::Sha256Digest right_mac;
    std::ranges::copy(BytesView(left).subspan(mac_at), left_mac.begin());
    std::ranges::copy(BytesView(right).subspan(mac_at), right_mac.begin());
    return std::ranges::equal(BytesView(left).first(mac_at), BytesView(right).first(mac_at)) &&
           crypto::is_same_code(left_mac, right_mac);
}

}  // namespace weft::code_cache
