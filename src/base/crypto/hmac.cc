#include "base/crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>

#include "base/core/assert.h"

namespace weft::crypto {
namespace {

/// Looked up once: a search among the library's providers takes longer than a short message.
EVP_MAC* algorithm() {
    static EVP_MAC* const found = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    WEFT_ASSERT(found != nullptr, "the library has HMAC");
    return found;
}

}  // namespace

void HmacSha256::Free::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

HmacSha256::HmacSha256(BytesView key) : context_(EVP_MAC_CTX_new(algorithm())) {
    WEFT_ASSERT(context_ != nullptr, "there is memory for a code");
    WEFT_ASSERT(!key.empty(), "a key has bytes");
    char digest[] = "SHA256";
    const std::array<OSSL_PARAM, 2> parameters = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    WEFT_ASSERT(EVP_MAC_init(context_.get(), key.data(), key.size(), parameters.data()) == 1,
                "the library has HMAC with SHA-256");
}

void HmacSha256::update(BytesView bytes) {
    WEFT_ASSERT(EVP_MAC_update(context_.get(), bytes.data(), bytes.size()) == 1,
                "a code that is not finished takes bytes");
}

Sha256Digest HmacSha256::finish() {
    Sha256Digest code;
    std::size_t size = 0;
    WEFT_ASSERT(EVP_MAC_final(context_.get(), code.data(), &size, code.size()) == 1,
                "a code is finished once");
    WEFT_ASSERT(size == code.size(), "SHA-256 has 32 bytes");
    return code;
}

Sha256Digest hmac_sha256(BytesView key, BytesView bytes) {
    HmacSha256 code(key);
    code.update(bytes);
    return code.finish();
}

bool is_same_code(const Sha256Digest& left, const Sha256Digest& right) {
    return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace weft::crypto
