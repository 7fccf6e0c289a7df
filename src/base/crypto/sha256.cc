#include "base/crypto/sha256.h"

#include <openssl/evp.h>

#include "base/codec/hex.h"
#include "base/core/assert.h"

namespace weft::crypto {

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    WEFT_ASSERT(context_ != nullptr, "there is memory for a digest");
    WEFT_ASSERT(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
                "the library has SHA-256");
}

void Sha256::update(BytesView bytes) {
    WEFT_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1,
                "a digest that is not finished takes bytes");
}

Sha256Digest Sha256::finish() {
    Sha256Digest digest;
    WEFT_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1,
                "a digest is finished once");
    return digest;
}

Sha256Digest sha256(BytesView bytes) {
    Sha256 digest;
    digest.update(bytes);
    return digest.finish();
}

std::string sha256_digest_text(const Sha256Digest& digest) {
    return "sha256:" + codec::encode_hex_lower(digest);
}

}  // namespace weft::crypto
