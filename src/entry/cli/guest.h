#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "entry/cli/console.h"
#include "entry/cli/guest_options.h"
#include "entry/cli/up_options.h"

namespace weft::cli {

/// What `weft run` and `weft serve` have in common, as it was typed.
struct GuestArguments {
    std::vector<std::string> dirs;
    std::vector<std::string> env;
    std::vector<std::string> allow_net;
    std::vector<std::string> trust_keys;
    std::optional<std::string> trust_file;
    std::optional<std::string> memory;
    std::optional<std::string> cpu_time;
    std::optional<std::string> deadline;
    std::optional<std::string> code_cache;
    bool no_code_cache = false;
    bool may_be_unsigned = false;
};

/// `weft run` as it was typed.
struct RunArguments : GuestArguments {
    std::vector<std::string> words;  ///< The file, then the guest's own arguments.
    bool quiet = false;
};

/// `weft serve` as it was typed.
struct ServeArguments : GuestArguments {
    std::string file;
    std::string address = "127.0.0.1:8000";
    std::optional<std::string> shards;
    std::string log_level = "info";
};

/// Both check for form and fill in the places of the environment. Errors: those of `get_path`,
/// `read_trust_options`, `read_code_cache_dir`, `read_shards`, `obs::get_level`,
/// `net::parse_address`, `net::parse_address_range`, `manifest::parse_size` and
/// `manifest::parse_duration`; invalid_argument (`cli.dir_wrong`, `cli.env_wrong`,
/// `cli.memory_wrong`).
Result<RunOptions> read_run(const RunArguments& arguments, const Console& console);
Result<UpOptions> read_serve(const ServeArguments& arguments, const Console& console);

}  // namespace weft::cli
