#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "entry/cli/console.h"
#include "entry/cli/up_options.h"

namespace weft::cli {

/// `weft up` as it was typed.
struct UpArguments {
    std::vector<std::string> manifests;
    std::vector<std::string> trust_keys;
    std::optional<std::string> trust_file;
    std::optional<std::string> data_dir;
    std::optional<std::string> log_file;
    std::optional<std::string> code_cache;
    std::optional<std::string> shards;
    std::string log_level = "info";
    bool strict = false;
    bool detach = false;
    bool no_code_cache = false;
};

/// One serving thread each; more than any machine has cores.
constexpr unsigned shards_max = 1024;

/// The value of `--shards`. Errors: those of `parse_number`.
Result<unsigned> read_shards(const std::string& text);

/// Where compiled code is kept; empty for `--no-code-cache`. Errors: those of `get_path`;
/// invalid_argument (`cli.code_cache_and_none`).
Result<std::string> read_code_cache_dir(const Environment& environment,
                                        const std::optional<std::string>& given, bool none,
                                        const std::string& data_dir);

/// Checks the arguments for form and fills in the places of `environment`. Errors: those of
/// `get_path`, `parse_number`, `obs::get_level` and `crypto::PublicKey::parse_as`;
/// invalid_argument (`cli.manifest_missing`, `cli.code_cache_and_none`), failed_precondition
/// (`cli.home_missing`).
Result<UpOptions> read_up(const UpArguments& arguments, const Console& console);

}  // namespace weft::cli
