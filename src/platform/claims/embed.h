#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/codec/wasm.h"
#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::claims {

/// Components and modules inside one another; a deeper binary is refused.
constexpr std::size_t nesting_max = 16;

/// Whether a section is a token's: a custom section named `wasmcloud_jwt`, or `jwt` as tools before
/// wascap 0.9 wrote it. Errors: those of `codec::read_wasm_custom`.
Result<bool> is_token_section(const codec::WasmSection& section);

/// Whether the body of a section is a whole binary of its own.
bool is_nested_binary(codec::WasmKind kind, const codec::WasmSection& section);

/// A token in a binary. Views point into the binary.
struct TokenSection {
    std::string_view name;
    std::string_view token;
    std::size_t offset = 0;  ///< Of the section's first byte.
    std::size_t end = 0;     ///< Behind its last.
};

/// Where a binary carries tokens.
struct TokenScan {
    codec::WasmKind kind = codec::WasmKind::component;
    std::vector<TokenSection> found;  ///< At depth 0, in order.
    std::size_t nested = 0;           ///< In binaries inside; no hash covers them, none is read.
};

/// Errors: corrupt (those of `codec::WasmReader`), exhausted (`claims.nesting_exceeded`).
Result<TokenScan> scan_tokens(BytesView wasm);

/// The one token, or nothing. Errors: unauthenticated (`claims.token_several`).
Result<std::optional<TokenSection>> only_token(const TokenScan& scan);

/// The binary without its tokens at depth 0, all other bytes as they are. Errors: as
/// `scan_tokens`.
Result<Bytes> strip_tokens(BytesView wasm);

/// The binary with `token` as its only one, in a section `wasmcloud_jwt` at the end. Errors: as
/// `scan_tokens`.
Result<Bytes> embed_token(BytesView wasm, std::string_view token);

}  // namespace weft::claims
