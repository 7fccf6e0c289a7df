#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/nkeys.h"

namespace weft::claims {

/// What a token without `caps` claims.
enum class Unstated : std::uint8_t {
    none,  ///< Nothing.
    all,   ///< All that its issuer may grant.
};

/// What happens to code without a token.
enum class UnsignedCode : std::uint8_t { deny, allow };

/// A key whose signatures count, and what they may grant.
struct TrustedIssuer {
    crypto::PublicKey key;
    std::string name = {};                 ///< For people; may be empty.
    std::vector<std::string> grants = {};  ///< Capability names, or "*" alone.
    Unstated unstated = Unstated::none;
};

/// Whom a host trusts: the content of trust.yaml. Deny by default: an empty one admits nothing.
struct TrustPolicy {
    std::vector<TrustedIssuer> issuers;  ///< Account keys.
    /// Operator keys. An account whose token one of them signed is an issuer with these grants.
    std::vector<TrustedIssuer> operators;
    std::vector<std::string> accounts;       ///< Tokens of accounts, signed by operators.
    std::vector<crypto::PublicKey> revoked;  ///< Never accepted, as issuer or as subject.
    UnsignedCode unsigned_code = UnsignedCode::deny;
    std::string file = {};  ///< Where it was read from, if that is not the user's own trust file.
};

/// Each list's limit.
constexpr std::size_t trust_entries_max = 10'000;

/// Reads the text of trust.yaml; an empty one is an empty policy. Messages say line and column.
/// Errors: those of `codec::parse_yaml`, invalid_argument (`trust.key_unknown`,
/// `trust.value_invalid`), exhausted (`trust.entries_exceeded`).
Result<TrustPolicy> read_trust(std::string_view text);

/// The policy as YAML that reads back to the same.
std::string write_trust(const TrustPolicy& policy);

/// Adds an issuer, or adds to the one with that key: grants are joined ("*" with anything is "*"),
/// a name that is not empty and `unstated` replace the old. Errors: invalid_argument
/// (`key.kind_wrong`, those of `check_grants`), exhausted (`trust.entries_exceeded`).
Result<void> add_issuer(TrustPolicy& policy, TrustedIssuer issuer);

/// The command that lets a key grant something, as far as `--grant`: for messages.
std::string trust_command(const TrustPolicy& policy, const crypto::PublicKey& key);

/// A nameless issuer with every grant, for `--trust KEY`. Errors: those of
/// `crypto::PublicKey::parse_as`.
Result<TrustedIssuer> issuer_with_every_grant(std::string_view key);

}  // namespace weft::claims
