#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/core/random.h"
#include "base/core/result.h"
#include "base/core/secret.h"
#include "base/crypto/ed25519.h"
#include "base/crypto/key_kind.h"

namespace weft::crypto {

/// Text form of both: base32 of prefix, 32 bytes and their CRC-16/XMODEM (little-endian), so that
/// a mistyped key is noticed. Source: nkeys.
constexpr std::size_t public_key_chars = 56;
constexpr std::size_t seed_chars = 58;

/// A public key and what it stands for. Never one of small order.
class PublicKey {
  public:
    /// Errors: invalid_argument (`key.length_invalid`, `key.checksum_wrong`, `key.kind_unknown`,
    /// `key.is_seed`, those of `codec::decode_base32`), unauthenticated (`crypto.key_weak`).
    static Result<PublicKey> parse(std::string_view text);
    /// As `parse`, and of that kind, else invalid_argument (`key.kind_wrong`).
    static Result<PublicKey> parse_as(KeyKind kind, std::string_view text);

    KeyKind kind() const { return kind_; }
    const Ed25519PublicKey& bytes() const { return bytes_; }
    std::string text() const;

    friend auto operator<=>(const PublicKey&, const PublicKey&) = default;

  private:
    friend class Seed;
    PublicKey(KeyKind kind, const Ed25519PublicKey& bytes) : kind_(kind), bytes_(bytes) {}

    KeyKind kind_;
    Ed25519PublicKey bytes_;
};

/// A private key. Moved, never copied; wiped when it goes; no message quotes it.
class Seed {
  public:
    /// Errors: as `PublicKey::parse`; `key.not_seed` when the text is some other key.
    static Result<Seed> parse(std::string_view text);
    static Seed generate(KeyKind kind, Random& random);

    Seed(Seed&& other) noexcept;
    Seed& operator=(Seed&& other) noexcept;
    Seed(const Seed&) = delete;
    Seed& operator=(const Seed&) = delete;
    ~Seed();

    KeyKind kind() const { return kind_; }
    PublicKey public_key() const;
    /// For the key file.
    Secret<std::string> text() const;
    /// Errors: invalid_argument (`key.cannot_sign`) for a curve key.
    Result<Ed25519Signature> sign(BytesView message) const;

  private:
    explicit Seed(KeyKind kind) : kind_(kind) {}

    KeyKind kind_;
    std::array<std::uint8_t, 32> bytes_{};
};

}  // namespace weft::crypto
