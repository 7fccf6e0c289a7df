#pragma once

#include <string>
#include <vector>

#include "platform/claims/inspect.h"

namespace weft::cli {

/// What a token says, for a person: a word and a value on each line, the verdict last.
std::vector<std::string> token_lines(const claims::TokenReport& report);

/// Why a token that is not valid is not, as part of a sentence with the remedy.
std::string what_is_wrong(const claims::TokenReport& report);

}  // namespace weft::cli
