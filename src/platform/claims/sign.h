#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/random.h"
#include "base/crypto/nkeys.h"
#include "platform/claims/token.h"

namespace weft::claims {

/// What a component is to be signed with.
struct SignRequest {
    const crypto::Seed& issuer;   ///< An account.
    crypto::PublicKey subject;    ///< A module key: the component's identity through its revisions.
    ComponentClaims claims = {};  ///< `hash` is computed, `call_alias` normalised.
    UnixSeconds now = 0;
    std::optional<UnixSeconds> expires_at = {};
    std::optional<UnixSeconds> not_before = {};
};

/// The binary with a new token as its only one. Errors: invalid_argument (`claims.sign_keys`: the
/// keys are not an account and a module), those of `embed_token` and `crypto::sign_jwt`.
Result<Bytes> sign_component(BytesView wasm, const SignRequest& request, Random& random);

/// The text of any token. The issuer in its head becomes the public key of `issuer`. Errors: those
/// of `crypto::sign_jwt`.
Result<std::string> sign_token(Token token, const crypto::Seed& issuer);

/// Lower case, ASCII only, without white space around it; spaces, '-' and '.' become '_'.
/// Source: wascap.
std::string normalise_call_alias(std::string_view alias);

/// The command that signs a file in its place with all that it needs, for messages.
std::string sign_command(const std::string& path);

}  // namespace weft::claims
