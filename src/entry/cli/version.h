#pragma once

#include <string_view>

#include "entry/cli/command.h"

namespace weft::cli {

/// Of this build: "0.1.0".
std::string_view version();

/// `weft version`
extern const Command version_command;

}  // namespace weft::cli
