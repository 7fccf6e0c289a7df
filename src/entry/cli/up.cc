#include "entry/cli/up.h"

#include "entry/cli/number.h"
#include "entry/cli/places.h"
#include "entry/cli/trust_options.h"

namespace weft::cli {
namespace {

Result<void> read_places(const UpArguments& arguments, const Environment& environment,
                         UpOptions& out) {
    TRY(out.trust, read_trust_options(environment, arguments.trust_keys, arguments.trust_file));
    if (arguments.data_dir) {
        TRY(out.data_dir, get_path(environment, "--data-dir", *arguments.data_dir));
    } else {
        TRY(out.data_dir, default_data_dir(environment));
    }
    TRY(out.code_cache_dir, read_code_cache_dir(environment, arguments.code_cache,
                                                arguments.no_code_cache, out.data_dir));
    if (arguments.log_file) {
        TRY(out.log_file, get_path(environment, "--log-file", *arguments.log_file));
    }
    return ok();
}

}  // namespace

Result<unsigned> read_shards(const std::string& text) {
    TRY(const auto shards, parse_number("--shards", text, {1, shards_max}));
    return static_cast<unsigned>(shards);
}

Result<std::string> read_code_cache_dir(const Environment& environment,
                                        const std::optional<std::string>& given, bool none,
                                        const std::string& data_dir) {
    if (given && none)
        return fail(Errc::invalid_argument, "cli.code_cache_and_none",
                    "--code-cache and --no-code-cache contradict each other; give one of them");
    if (given) return get_path(environment, "--code-cache", *given);
    return none ? std::string() : default_code_cache_dir(environment, data_dir);
}

Result<UpOptions> read_up(const UpArguments& arguments, const Console& console) {
    if (arguments.manifests.empty())
        return fail(Errc::invalid_argument, "cli.manifest_missing",
                    "no manifest is named, and this version keeps none to restore; name one, as "
                    "in 'weft up app.yaml'");
    UpOptions out;
    for (const auto& manifest : arguments.manifests) {
        CHECK(get_path(console.environment(), "the manifest", manifest));
        out.manifests.push_back(manifest);
    }
    CHECK(read_places(arguments, console.environment(), out));
    if (arguments.shards) {
        TRY(out.shards, read_shards(*arguments.shards));
    }
    TRY(out.log_level, obs::get_level(arguments.log_level).context("--log-level"));
    out.strict = arguments.strict;
    out.detach = arguments.detach;
    out.json = console.format() == Format::json;
    return out;
}

}  // namespace weft::cli
