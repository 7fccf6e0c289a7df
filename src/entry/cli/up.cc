#include "entry/cli/up.h"

#include <utility>
#include <vector>

#include "base/codec/units.h"
#include "entry/cli/number.h"
#include "entry/cli/validate.h"

namespace weft::cli {
namespace {

/// One serving thread each; more than any machine has cores.
constexpr unsigned shards_max = 1024;

struct UpArguments : HostArguments {
    std::vector<std::string> manifests;
    std::optional<std::string> log_file;
    std::optional<std::string> log_size;
    bool strict = false;
    bool detach = false;
};

void define_up(Syntax& syntax, UpArguments& arguments) {
    syntax.words("MANIFEST", Need::optional, arguments.manifests,
                 "Files with one application each; '-' is the standard input");
    define_trust(syntax, arguments.trust);
    define_data_dir(syntax, arguments.places);
    define_code_cache(syntax, arguments.places);
    syntax.flag("--detach", arguments.detach, "Return once it serves");
    syntax.option({"--log-file", "FILE"}, arguments.log_file, "Where a detached host logs");
    syntax.option({"--log-size", "SIZE"}, arguments.log_size,
                  "Size at which that file is replaced [64MiB]");
    define_serving(syntax, arguments);
    syntax.flag("--strict", arguments.strict, "Take warnings of manifests as errors");
}

Result<std::uint64_t> read_log_size(const UpArguments& arguments) {
    constexpr std::uint64_t least = 64U << 10U;
    if (!arguments.detach)
        return fail(Errc::invalid_argument, "cli.log_size_alone",
                    "--log-size is for the log file of a host in the background; add --detach");
    TRY(const auto bytes, codec::parse_size(*arguments.log_size).context("--log-size"));
    if (bytes < least)
        return fail(Errc::invalid_argument, "cli.log_size_wrong",
                    "--log-size is '{}', it must be at least 64KiB", *arguments.log_size);
    return bytes;
}

Result<void> run_up(const Console& console, const UpArguments& arguments) {
    if (arguments.manifests.empty())
        return fail(Errc::invalid_argument, "cli.manifest_missing",
                    "no manifest is named, and this version keeps none to restore; name one, as "
                    "in 'weft up app.yaml'");
    const auto& environment = console.environment();
    for (const auto& file : arguments.manifests)
        CHECK(get_input_path(environment, "the manifest", file));
    TRY(auto options, read_host(console, arguments));
    TRY(options.places, read_places(environment, arguments.places));
    if (arguments.log_file && !arguments.detach)
        return fail(Errc::invalid_argument, "cli.log_file_alone",
                    "--log-file is for a host in the background; add --detach, or redirect the "
                    "errors' side as in '2> FILE'");
    if (arguments.log_size) {
        TRY(options.log_bytes_max, read_log_size(arguments));
    }
    if (arguments.log_file) {
        TRY(options.log_file, get_path(environment, "--log-file", *arguments.log_file));
    }
    options.strict = arguments.strict;
    options.detach = arguments.detach;
    options.manifests = arguments.manifests;
    return environment.handlers.up(options, console);
}

}  // namespace

constexpr Command up_command{
    .path = "up",
    .summary = "Run the applications of the manifests, all or none",
    .examples =
        "  weft up app.yaml\n"
        "  weft up app.yaml --trust ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2\n"
        "  weft up shop.yaml billing.yaml --detach --data-dir /var/lib/weft",
    .prepare = prepare<UpArguments, define_up, run_up>};

void define_serving(Syntax& syntax, HostArguments& arguments) {
    syntax.option({"--shards", "N"}, arguments.shards, "Serving threads [one for each core]");
    syntax.option({"--log-level", "LEVEL"}, arguments.log_level,
                  "error, warn, info or debug [info]");
    syntax.option({"--log-format", "FORMAT"}, arguments.log_format,
                  "text or json [text on a terminal, else json]");
}

Result<UpOptions> read_host(const Console& console, const HostArguments& arguments) {
    UpOptions out;
    TRY(out.trust, read_trust(console.environment(), arguments.trust));
    if (arguments.shards) {
        TRY(const auto shards, parse_number("--shards", *arguments.shards, {1, shards_max}));
        out.shards = static_cast<unsigned>(shards);
    }
    TRY(out.log_level, obs::get_level(arguments.log_level).context("--log-level"));
    if (arguments.log_format == "text" || arguments.log_format == "json")
        out.log_format = arguments.log_format == "text" ? LogFormat::text : LogFormat::json;
    else if (arguments.log_format)
        return fail(Errc::invalid_argument, "cli.log_format_wrong",
                    "--log-format is '{}', it must be text or json", *arguments.log_format);
    out.json = console.format() == Format::json;
    return out;
}

}  // namespace weft::cli
