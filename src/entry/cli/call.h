#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "entry/cli/callee.h"
#include "entry/cli/console.h"

namespace weft::cli {

/// `weft call` as it was typed.
struct CallArguments {
    std::string file;
    std::string function;  ///< A name, or `name(arg, arg)`; empty: show what there is.
    std::vector<std::string> arguments;
    std::vector<std::string> trust_keys;
    std::optional<std::string> trust_file;
    bool allow_unsigned = false;
};

/// `weft call FILE [FUNCTION [ARG...]]`: calls a function of a component with WAVE texts and prints
/// its result as WAVE, or lists the functions that it exports. A result of `err` is a result, not a
/// failure. Nothing runs when the arguments are wrong. Errors: those of `get_path`,
/// `read_trust_options`, `caller`, `find_function`, `value::parse_call`, `value::parse_arguments`,
/// `Callee::call` and `value::decode_result`; invalid_argument (`call.arguments_twice`),
/// unsupported (`call.type_unsupported`: a parameter or result has no notation in WAVE).
Result<void> call_function(const Console& console, const CallArguments& arguments,
                           const Caller& caller);

}  // namespace weft::cli
