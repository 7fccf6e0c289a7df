#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/codec/component_interface.h"
#include "base/codec/json.h"
#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "platform/claims/token.h"

namespace weft::claims {

/// What is found about one token, with no regard to trust.
struct TokenReport {
    std::string section;         ///< Name of the custom section.
    std::string text;            ///< The token itself.
    std::optional<Token> token;  ///< Nothing when it cannot be read; then `problem` says why.
    std::string problem;         ///< What is wrong with its form; empty when nothing is.
    std::string issuer_name;     ///< For the one who knows names to fill in; empty here.
    bool signature_valid = false;
    bool hash_valid = false;
    bool expired = false;
    bool too_early = false;
    /// Interfaces outside the baseline that it does not claim.
    std::vector<std::string> unclaimed;

    /// Whether the token proves that its issuer signed this binary and that now is in its time.
    bool is_valid() const { return signature_valid && hash_valid && !expired && !too_early; }
};

/// Tokens that are looked at in one binary.
constexpr std::size_t tokens_reported_max = 8;

/// What a binary says of itself.
struct Inspection {
    std::string digest;  ///< "sha256:..." of the whole binary.
    std::size_t bytes = 0;
    codec::ComponentInterface interface;
    std::vector<std::string> needs;  ///< Interfaces outside the baseline, without version.
    std::string problem;  ///< Why no claims could cover what it needs; empty when they could.
    std::size_t token_count = 0;      ///< One or none in a good binary.
    std::vector<TokenReport> tokens;  ///< Of the first `tokens_reported_max`.
    std::size_t nested_tokens = 0;    ///< Inside the binaries that it holds; never read.
};

/// Finds out what can be said without trust. A token that is broken is part of the report, not an
/// error. Errors: those of `scan_tokens` and `codec::read_interface`.
Result<Inspection> inspect(BytesView wasm, UnixSeconds now);

/// For `-o json`. The claims are those of the token, in its own names.
codec::Json to_json(const Inspection& inspection);

}  // namespace weft::claims
