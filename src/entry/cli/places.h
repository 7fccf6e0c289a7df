#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"
#include "entry/cli/run.h"

namespace weft::cli {

/// Where a user's files are, by the XDG base directory specification: a variable that is empty or
/// holds a relative path counts as not set. All are absolute.
/// Errors: failed_precondition (`cli.home_missing`).
Result<std::string> default_data_dir(const Environment& environment);    ///< `.../weft`
Result<std::string> default_keys_dir(const Environment& environment);    ///< `.../weft/keys`
Result<std::string> default_trust_file(const Environment& environment);  ///< `.../weft/trust.yaml`

/// `.../weft/code`; below `data_dir` when neither the variable nor HOME says where.
std::string default_code_cache_dir(const Environment& environment, const std::string& data_dir);

/// A path from the command line, made absolute. `what` names the argument for the message.
/// Errors: invalid_argument (`cli.path_empty`, `cli.path_has_nul`), failed_precondition
/// (`cli.current_dir_missing`).
Result<std::string> get_path(const Environment& environment, std::string_view what,
                             std::string_view path);

}  // namespace weft::cli
