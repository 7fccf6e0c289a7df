#include "base/crypto/nkeys.h"

#include <algorithm>

#include "base/codec/base32.h"
#include "base/crypto/crc16.h"

namespace weft::crypto {
namespace {

constexpr std::uint8_t seed_prefix = 18U << 3U;
constexpr std::size_t crc_bytes = 2;

/// Bytes of a key that may be secret: wiped when they go.
struct KeyBytes {
    KeyBytes() = default;
    explicit KeyBytes(Bytes bytes) : value(std::move(bytes)) {}
    KeyBytes(KeyBytes&&) = default;
    KeyBytes& operator=(KeyBytes&&) = default;
    ~KeyBytes() { wipe(value); }

    Bytes value;
};

/// Prefix and key, checked by their CRC and without it.
Result<KeyBytes> decode(std::string_view text, std::size_t chars, std::string_view what) {
    if (text.size() != chars)
        return fail(Errc::invalid_argument, "key.length_invalid",
                    "a {} has {} characters, this text has {}; copy all of it", what, chars,
                    text.size());
    TRY(auto decoded, codec::decode_base32(text).context("reading a {}", what));
    KeyBytes bytes(std::move(decoded));
    const auto body = bytes.value.size() - crc_bytes;
    const auto stored = static_cast<std::uint16_t>(
        bytes.value[body] | static_cast<unsigned>(bytes.value[body + 1]) << 8U);
    if (crc16_xmodem(BytesView(bytes.value).first(body)) != stored)
        return fail(Errc::invalid_argument, "key.checksum_wrong",
                    "the checksum of the {} is wrong; a character was mistyped or lost", what);
    bytes.value.resize(body);
    return bytes;
}

std::string encode(KeyBytes bytes) {
    const auto crc = crc16_xmodem(bytes.value);
    bytes.value.push_back(static_cast<std::uint8_t>(crc & 0xffU));
    bytes.value.push_back(static_cast<std::uint8_t>(crc >> 8U));
    return codec::encode_base32(bytes.value);
}

}  // namespace

Result<PublicKey> PublicKey::parse(std::string_view text) {
    if (text.size() == seed_chars && text.starts_with('S'))
        return fail(Errc::invalid_argument, "key.is_seed",
                    "this is a seed, the private half of a key; give the public key, and treat the "
                    "seed as leaked if others saw it");
    TRY(const auto bytes, decode(text, public_key_chars, "public key"));
    const auto kind = find_key_kind_by_prefix(bytes.value[0]);
    if (!kind)
        return fail(Errc::invalid_argument, "key.kind_unknown",
                    "'{}' is not a public key: its first letter names no kind of key", text);
    Ed25519PublicKey key;
    std::ranges::copy(bytes.value.begin() + 1, bytes.value.end(), key.begin());
    if (*kind != KeyKind::curve) CHECK(ed25519_check_key(key).context("reading '{}'", text));
    return PublicKey(*kind, key);
}

Result<PublicKey> PublicKey::parse_as(KeyKind kind, std::string_view text) {
    TRY(auto key, parse(text));
    if (key.kind() == kind) return key;
    const auto& found = key_kind_row(key.kind());
    const auto& wanted = key_kind_row(kind);
    return fail(Errc::invalid_argument, "key.kind_wrong",
                "'{}' is a key of the kind '{}'; one of the kind '{}', which begins with '{}', is "
                "needed here",
                text, found.name, wanted.name, wanted.letter);
}

std::string PublicKey::text() const {
    Bytes bytes = {key_kind_row(kind_).prefix};
    bytes.insert(bytes.end(), bytes_.begin(), bytes_.end());
    return encode(KeyBytes(std::move(bytes)));
}

Result<Seed> Seed::parse(std::string_view text) {
    if (text.size() == public_key_chars && !text.starts_with('S'))
        return fail(Errc::invalid_argument, "key.not_seed",
                    "this is a public key; a seed, which begins with 'S', is needed here");
    TRY(const auto bytes, decode(text, seed_chars, "seed"));
    const auto first = bytes.value[0];
    const auto second = bytes.value[1];
    const auto kind =
        find_key_kind_by_prefix(static_cast<std::uint8_t>((first & 7U) << 5U | second >> 3U));
    if ((first & 0xf8U) != seed_prefix || (second & 7U) != 0 || !kind)
        return fail(Errc::invalid_argument, "key.not_seed",
                    "this is not a seed: a seed begins with 'S' and the letter of its kind");
    Seed seed(*kind);
    std::ranges::copy(bytes.value.begin() + 2, bytes.value.end(), seed.bytes_.begin());
    return seed;
}

Seed Seed::generate(KeyKind kind, Random& random) {
    Seed seed(kind);
    random.fill(seed.bytes_);
    return seed;
}

Seed::Seed(Seed&& other) noexcept : kind_(other.kind_), bytes_(other.bytes_) { wipe(other.bytes_); }

Seed& Seed::operator=(Seed&& other) noexcept {
    if (this == &other) return *this;
    kind_ = other.kind_;
    bytes_ = other.bytes_;
    wipe(other.bytes_);
    return *this;
}

Seed::~Seed() { wipe(bytes_); }

PublicKey Seed::public_key() const {
    if (kind_ == KeyKind::curve) return {kind_, x25519_public_key(bytes_)};
    return {kind_, ed25519_public_key(bytes_)};
}

Secret<std::string> Seed::text() const {
    const unsigned prefix = key_kind_row(kind_).prefix;
    Bytes bytes = {static_cast<std::uint8_t>(seed_prefix | prefix >> 5U),
                   static_cast<std::uint8_t>((prefix & 31U) << 3U)};
    bytes.reserve(bytes.size() + bytes_.size() + crc_bytes);
    bytes.insert(bytes.end(), bytes_.begin(), bytes_.end());
    return Secret<std::string>(encode(KeyBytes(std::move(bytes))));
}

Result<Ed25519Signature> Seed::sign(BytesView message) const {
    if (kind_ == KeyKind::curve)
        return fail(Errc::invalid_argument, "key.cannot_sign",
                    "a curve key opens sealed messages and signs nothing; use an account key");
    return ed25519_sign(bytes_, message);
}

}  // namespace weft::crypto
