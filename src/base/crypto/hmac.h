#pragma once

#include <memory>

#include "base/core/bytes.h"
#include "base/crypto/sha256.h"

struct evp_mac_ctx_st;

namespace weft::crypto {

/// HMAC-SHA256 (RFC 2104) of bytes that arrive in pieces.
class HmacSha256 {
  public:
    /// `key` may have any length but 0.
    explicit HmacSha256(BytesView key);
    void update(BytesView bytes);
    /// The code of everything so far. Calling anything afterwards is a bug.
    Sha256Digest finish();

  private:
    struct Free {
        void operator()(evp_mac_ctx_st* context) const;
    };
    std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

/// The same in one step.
Sha256Digest hmac_sha256(BytesView key, BytesView bytes);

/// Compares codes in a time that does not depend on where they differ.
bool is_same_code(const Sha256Digest& left, const Sha256Digest& right);

}  // namespace weft::crypto
