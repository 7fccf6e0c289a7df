#pragma once

#include "entry/cli/command.h"

namespace weft::cli {

/// `weft call FILE [FUNCTION [ARG...]]`: calls a function of the component that `Handlers::call`
/// opens, with WAVE texts, and prints its result as WAVE; or lists the functions that it exports. A
/// result of `err` is a result, not a failure. Nothing runs when the arguments are wrong. Errors:
/// those of `get_path`, `read_trust`, the handler, `find_function`, `value::parse_call`,
/// `value::parse_arguments`, `Callee::call` and `value::decode_result`; invalid_argument
/// (`call.arguments_twice`), unsupported (`call.type_unsupported`: a parameter or result has no
/// notation in WAVE).
extern const Command call_command;

}  // namespace weft::cli
