#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/codec/json.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "base/crypto/nkeys.h"

namespace weft::claims {

/// `wascap_revision` of the tokens that Weft writes.
constexpr std::int64_t wascap_revision = 3;

/// What every token says. Source: wascap; times are Unix seconds.
struct TokenHead {
    std::string id = {};  ///< `jti`, a NUID.
    UnixSeconds issued_at = 0;
    crypto::PublicKey issuer;
    crypto::PublicKey subject;
    std::optional<UnixSeconds> expires_at = {};
    std::optional<UnixSeconds> not_before = {};
    /// Of the token's format; absent before wascap 0.9.
    std::optional<std::int64_t> revision = {};
};

/// What a component's token says of it.
struct ComponentClaims {
    std::string name = {};  ///< May be empty.
    std::string hash = {};  ///< See `module_hash`.
    std::vector<std::string> tags = {};
    /// Capabilities that it may ask for; absent in tokens of wasmCloud 1.x.
    std::optional<std::vector<std::string>> caps = {};
    /// Of the component; a lower one never replaces a higher.
    std::optional<std::int64_t> rev = {};
    std::string version = {};  ///< For people.
    std::string call_alias = {};
    bool is_provider = false;  ///< `prov`.
};

/// What a provider archive's token says of it.
struct ProviderClaims {
    std::string name = {};
    std::string vendor = {};
    std::optional<std::int64_t> rev = {};
    std::string version = {};
    /// "x86_64-linux" to hash.
    std::vector<std::pair<std::string, std::string>> target_hashes = {};
    std::string capability_id = {};  ///< Before wasmCloud 1.0.
};

/// What the token of an account, operator or cluster says: who may sign in its name.
struct SignerClaims {
    std::string name = {};
    std::vector<std::string> valid_signers = {};  ///< Public keys beside the subject's own.
};

/// One token's claims. The subject's kind of key decides which body it has: module_, provider, or
/// account, operator_ and cluster.
struct Token {
    TokenHead head;
    std::variant<ComponentClaims, ProviderClaims, SignerClaims> body;
};

/// Reads the claims of a JWT. Members that it does not know are passed over, as the signature
/// covers them and newer signers add some. Errors: unauthenticated (`claims.token_malformed`,
/// `claims.subject_unsupported`).
Result<Token> read_token(const codec::Json& claims);

/// The claims in the order in which wascap writes them.
codec::Json write_token(const Token& token);

}  // namespace weft::claims
