#include "base/crypto/ed25519.h"

#include <sodium.h>

#include "base/core/assert.h"

namespace weft::crypto {
namespace {

/// libsodium chooses its code for this CPU once.
void ensure_ready() {
    static const int ready = sodium_init();
    WEFT_ASSERT(ready >= 0, "libsodium starts");
}

/// The library's form of a private key: seed and public key. Wiped when it goes.
struct ExpandedKey {
    explicit ExpandedKey(Ed25519SeedView seed) {
        ensure_ready();
        crypto_sign_seed_keypair(public_key.data(), secret.data(), seed.data());
    }
    ~ExpandedKey() { wipe(secret); }
    ExpandedKey(const ExpandedKey&) = delete;
    ExpandedKey& operator=(const ExpandedKey&) = delete;

    Ed25519PublicKey public_key;
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
};

}  // namespace

Ed25519PublicKey ed25519_public_key(Ed25519SeedView seed) { return ExpandedKey(seed).public_key; }

Ed25519Signature ed25519_sign(Ed25519SeedView seed, BytesView message) {
    const ExpandedKey key(seed);
    Ed25519Signature signature;
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                         key.secret.data());
    return signature;
}

Result<void> ed25519_check_key(const Ed25519PublicKey& key) {
    ensure_ready();
    if (crypto_core_ed25519_is_valid_point(key.data()) == 1) return ok();
    return fail(Errc::unauthenticated, "crypto.key_weak",
                "the public key is not a point of the prime-order group, so its signatures prove "
                "nothing; no key generator makes such a key");
}

Result<void> ed25519_verify(const Ed25519PublicKey& key, BytesView message,
                            const Ed25519Signature& signature) {
    CHECK(ed25519_check_key(key));
    if (crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) ==
        0)
        return ok();
    return fail(Errc::unauthenticated, "crypto.signature_invalid",
                "the signature does not fit: the content was changed after signing, or another key "
                "signed it");
}

std::array<std::uint8_t, 32> x25519_public_key(Ed25519SeedView seed) {
    ensure_ready();
    std::array<std::uint8_t, 32> key;
    crypto_scalarmult_base(key.data(), seed.data());
    return key;
}

void wipe(std::span<std::uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace weft::crypto
