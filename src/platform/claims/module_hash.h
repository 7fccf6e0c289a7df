#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::claims {

/// How the `hash` of a token is computed. Both leave out the token, so that a binary can carry it.
enum class HashRule : std::uint8_t {
    /// Over the binary written anew: every size in its shortest form, token sections left out at
    /// every depth. Signers since `wascap_revision` 3.
    rebuild,
    /// Over all bytes but those of the token section at depth 0. Older signers.
    plain_cut,
};

HashRule hash_rule(std::optional<std::int64_t> wascap_revision);

/// SHA-256 in upper-case hexadecimal. Errors: as `scan_tokens`.
Result<std::string> module_hash(BytesView wasm, HashRule rule);

}  // namespace weft::claims
