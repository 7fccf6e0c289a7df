#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/core/bytes.h"

struct evp_md_ctx_st;

namespace weft::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces. Uses the CPU's instructions.
class Sha256 {
  public:
    Sha256();
    void update(BytesView bytes);
    /// The digest of everything so far. Calling anything afterwards is a bug.
    Sha256Digest finish();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The same in one step.
Sha256Digest sha256(BytesView bytes);

/// "sha256:" and 64 lower-case digits, as OCI names content.
std::string sha256_digest_text(const Sha256Digest& digest);

}  // namespace weft::crypto
