#pragma once

#include "entry/cli/command.h"

namespace weft::cli {

/// `weft inspect FILE`: kind, size, digest, imports, exports and what its token says. Success for
/// every readable binary, signed or not. Errors: those of `read_wasm` and `claims::inspect`; with
/// `--explain` those of `explain`.
extern const Command inspect_command;

/// `weft claims inspect FILE`: what its tokens say and whether that is proven. Success only when
/// there is exactly one and it is valid now; whether anybody trusts its issuer is not asked.
/// Errors: those of `inspect_command`; unauthenticated (`inspect.token_missing`,
/// `inspect.token_several`, `inspect.token_invalid`), after the report.
extern const Command claims_inspect_command;

/// `weft claims token FILE`: the token itself, proven or not. Errors: those of `read_wasm`,
/// `claims::scan_tokens`, `claims::only_token` and `crypto::decode_jwt`; unauthenticated
/// (`inspect.token_missing`).
extern const Command claims_token_command;

}  // namespace weft::cli
