#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/crypto/hmac.h"

namespace weft::code_cache {

/// What code was made from and for; equal keys mean equal code.
using CodeKey = crypto::Sha256Digest;

/// What one host seals its code with. Derived, so that no code of one use fits another.
class SealKey {
  public:
    static constexpr std::size_t secret_bytes = 32;
    explicit SealKey(std::span<const std::uint8_t, secret_bytes> secret);

    /// The file name of an entry: 64 lower-case digits. Hosts with other secrets have other names,
    /// so that they may share a directory.
    std::string name_of(const CodeKey& key) const;

  private:
    friend class Seal;
    crypto::Sha256Digest for_names_;
    crypto::Sha256Digest for_seals_;
};

/// What follows the code in its file, computed while the code passes by. Behind and not in front,
/// because code is mapped from the start of its file:
///
///     8 bytes  "weftcode"
///     8         version of this layout, 1
///     8         length of the code
///    32         key of the code
///    32         HMAC-SHA256 over the code and the 56 bytes above
///
/// Numbers are little-endian. Pure.
class Seal {
  public:
    static constexpr std::size_t size = 88;
    using Bytes = std::array<std::uint8_t, size>;

    explicit Seal(const SealKey& key) : mac_(key.for_seals_) {}

    void update(BytesView code) {
        mac_.update(code);
        code_bytes_ += code.size();
    }
    /// The seal of everything so far, as code with that key. Once.
    Bytes finish(const CodeKey& key);

  private:
    crypto::HmacSha256 mac_;
    std::uint64_t code_bytes_ = 0;
};

/// Whether a seal is exactly the expected one, in a time that does not depend on where they differ.
bool is_same_seal(const Seal::Bytes& left, const Seal::Bytes& right);

}  // namespace weft::code_cache
