#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "entry/cli/host_places.h"
#include "entry/cli/run.h"
#include "entry/cli/syntax.h"

namespace weft::cli {

/// A path from the command line, made absolute. `what` names the argument for the message.
/// Errors: invalid_argument (`cli.path_empty`, `cli.path_has_nul`), failed_precondition
/// (`cli.current_dir_missing`).
Result<std::string> get_path(const Environment& environment, std::string_view what,
                             std::string_view path);

/// The same for what is only read: `-` is the standard input.
Result<std::string> get_input_path(const Environment& environment, std::string_view what,
                                   std::string_view path);

// Without a path from the command line a user's files are where the XDG base directory
// specification says: a variable that is empty or holds a relative path counts as not set. All are
// absolute.

/// `.../weft/keys`. Errors: failed_precondition (`cli.home_missing`).
Result<std::string> get_keys_dir(const Environment& environment);

/// The value of `--trust-file`, or `.../weft/trust.yaml`. Errors: those of `get_path`;
/// failed_precondition (`cli.home_missing`).
Result<std::string> get_trust_file(const Environment& environment,
                                   const std::optional<std::string>& given);

/// `--data-dir`, `--code-cache` and `--no-code-cache` as the user typed them.
struct PlaceArguments {
    std::optional<std::string> data_dir;
    std::optional<std::string> code_cache;
    bool no_code_cache = false;
};

void define_data_dir(Syntax& syntax, PlaceArguments& arguments);
void define_code_cache_dir(Syntax& syntax, PlaceArguments& arguments);  ///< `--code-cache` alone.
void define_code_cache(Syntax& syntax, PlaceArguments& arguments);      ///< Both options.

/// Without other places: `.../weft`, and `.../weft/code` or, where neither the variable nor HOME
/// says where caches are, `code` in the data directory. Errors: those of `get_path`;
/// invalid_argument (`cli.code_cache_and_none`), failed_precondition (`cli.home_missing`).
Result<HostPlaces> read_places(const Environment& environment, const PlaceArguments& arguments);
/// The same for a command that can do without: where nothing says where files are, nothing is kept.
Result<HostPlaces> read_optional_places(const Environment& environment,
                                        const PlaceArguments& arguments);

}  // namespace weft::cli
