#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::crypto {

/// Ed25519 (RFC 8032). The encodings are those of the RFC.
using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;
using Ed25519SeedView = std::span<const std::uint8_t, 32>;  ///< Secret.

Ed25519PublicKey ed25519_public_key(Ed25519SeedView seed);

Ed25519Signature ed25519_sign(Ed25519SeedView seed, BytesView message);

/// Whether the bytes are a point of the prime-order group in its one encoding. Keys of small order
/// are not: under them a signature fits more than one message.
Result<void> ed25519_check_key(const Ed25519PublicKey& key);

/// Errors: unauthenticated (`crypto.key_weak`, `crypto.signature_invalid`).
Result<void> ed25519_verify(const Ed25519PublicKey& key, BytesView message,
                            const Ed25519Signature& signature);

/// The X25519 key that belongs to a seed (RFC 7748).
std::array<std::uint8_t, 32> x25519_public_key(Ed25519SeedView seed);

/// Overwrites secret bytes; the compiler does not take it away.
void wipe(std::span<std::uint8_t> bytes);

}  // namespace weft::crypto
