#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/codec/leb128.h"
#include "base/codec/wasm.h"
#include "base/core/random.h"
#include "base/crypto/nkeys.h"
#include "platform/claims/sign.h"
#include "platform/claims/trust.h"

namespace weft::claims::testing {

constexpr UnixSeconds now = 1'800'000'000;

/// Repeatable keys; `n` tells those of one kind apart.
inline crypto::Seed seed(crypto::KeyKind kind, std::uint64_t n = 0) {
    SeededRandom random(100 + n * 16 + static_cast<std::uint64_t>(kind));
    return crypto::Seed::generate(kind, random);
}

inline crypto::PublicKey key(crypto::KeyKind kind, std::uint64_t n = 0) {
    return seed(kind, n).public_key();
}

/// An import or export as the binary format writes it.
struct Name {
    std::string_view text;
    std::uint8_t sort = 5;  ///< 1 func, 3 type, 5 instance.
};

inline void append_name(Bytes& out, std::string_view text) {
    codec::append_leb128(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}

/// A component with these imports and exports, and a custom section that makes it another one for
/// another `salt`. Its types are not there: nothing here looks at them.
inline Bytes component(const std::vector<Name>& imports, const std::vector<Name>& exports = {},
                       std::string_view salt = "") {
    Bytes out;
    codec::append_wasm_preamble(out, codec::WasmKind::component);
    Bytes body;
    codec::append_leb128(body, imports.size());
    for (const auto& [text, sort] : imports) {
        body.push_back(0);
        append_name(body, text);
        body.push_back(sort);
        if (sort == 3) body.push_back(0);  // equal to a type
        body.push_back(0);
    }
    if (!imports.empty()) codec::append_wasm_section(out, codec::component_section_import, body);
    body.clear();
    codec::append_leb128(body, exports.size());
    for (const auto& [text, sort] : exports) {
        body.push_back(0);
        append_name(body, text);
        body.insert(body.end(), {sort, 0, 0});
    }
    if (!exports.empty()) codec::append_wasm_section(out, codec::component_section_export, body);
    codec::append_wasm_custom(out, "salt", as_bytes(salt));
    return out;
}

/// What the tests vary in a signature.
struct Signing {
    std::vector<std::string> caps = {"wasi:http"};
    std::optional<UnixSeconds> expires_at = {};
    std::optional<UnixSeconds> not_before = {};
    std::uint64_t account = 0;  ///< Which account signs.
};

inline Bytes sign(BytesView wasm, const Signing& signing = {}) {
    const auto issuer = seed(crypto::KeyKind::account, signing.account);
    SeededRandom random(5);
    return sign_component(wasm,
                          {.issuer = issuer,
                           .subject = key(crypto::KeyKind::module_),
                           .claims = {.name = "hello",
                                      .hash = {},
                                      .tags = {},
                                      .caps = signing.caps,
                                      .rev = 3,
                                      .version = "0.1.0",
                                      .call_alias = {}},
                           .now = now,
                           .expires_at = signing.expires_at,
                           .not_before = signing.not_before},
                          random)
        .value();
}

/// A policy that trusts account 0 with these grants.
inline TrustPolicy trusting(std::vector<std::string> grants = {"wasi:http"}) {
    TrustPolicy policy;
    policy.issuers.push_back({.key = key(crypto::KeyKind::account),
                              .name = "payments team",
                              .grants = std::move(grants)});
    return policy;
}

}  // namespace weft::claims::testing
