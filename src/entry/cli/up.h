#pragma once

#include <optional>
#include <string>

#include "entry/cli/command.h"
#include "entry/cli/places.h"
#include "entry/cli/up_options.h"

namespace weft::cli {

/// `weft up`: hands what the user asked for, checked for form, to `Handlers::up`. Errors: those of
/// `read_host`, `read_manifest` and the handler; invalid_argument (`cli.manifest_missing`).
extern const Command up_command;

/// What `weft up` and `weft serve` have in common, as the user typed it.
struct HostArguments {
    TrustArguments trust;
    PlaceArguments places;
    std::optional<std::string> shards;
    std::string log_level = "info";
    std::optional<std::string> log_format;
};

void define_serving(Syntax& syntax, HostArguments& arguments);  ///< `--shards`, `--log-...`

/// All but `places`. Errors: those of `read_trust`, `parse_number` and `obs::get_level`;
/// invalid_argument (`cli.log_format_wrong`).
Result<UpOptions> read_host(const Console& console, const HostArguments& arguments);

}  // namespace weft::cli
