#pragma once

#include <span>
#include <string_view>

#include "entry/cli/command.h"

namespace weft::cli {

/// The first word of several commands, such as "keys".
struct Group {
    std::string_view name;
    std::string_view summary;
    std::string_view remark;  ///< Below the help; may be empty.
};

/// Both in the order of the help.
std::span<const Command* const> commands();
std::span<const Group> groups();

}  // namespace weft::cli
