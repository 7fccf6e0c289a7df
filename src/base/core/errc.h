#pragma once

#include <span>
#include <string_view>

#include "base/core/result.h"

namespace weft {

/// How one error code shows itself at the entry points. docs/errors.md holds the same table; a test
/// compares them.
struct ErrcRow {
    Errc code;
    std::string_view name;  ///< As in the enumeration.
    int http_status;        ///< Of a response that reports it.
    int exit_code;          ///< Of a command that ends with it.
    bool retry;             ///< Whether the same call may succeed later without a change of input.
};

/// All codes, in the order of the enumeration.
std::span<const ErrcRow> errc_table();

/// The row of one code.
const ErrcRow& errc_row(Errc code);

}  // namespace weft
