#include "entry/cli/version.h"

#include <string>

#include <fmt/format.h>

namespace weft::cli {
namespace {

/// What Wasmtime of that version offers: preview 1, and the newest of each line; older ones of a
/// line are taken too.
constexpr std::string_view wasi_versions[] = {"0.1", "0.2.12", "0.3.0"};

Result<void> run_version(const Console& console) {
    codec::Json wasi = codec::Json::Array();
    for (const auto version : wasi_versions) wasi.push(version);
    codec::Json engine = codec::Json::Object();
    engine.set("name", "wasmtime").set("version", WEFT_WASMTIME);
    codec::Json value = codec::Json::Object();
    value.set("version", version()).set("commit", WEFT_COMMIT).set("engine", std::move(engine));
    console.show({fmt::format("weft {}", version()), fmt::format("commit  {}", WEFT_COMMIT),
                  fmt::format("engine  wasmtime {}", WEFT_WASMTIME),
                  fmt::format("wasi    {}", fmt::join(wasi_versions, ", "))},
                 value.set("wasi", std::move(wasi)));
    return ok();
}

}  // namespace

std::string_view version() { return WEFT_VERSION; }

constexpr Command version_command{.path = "version",
                                  .summary = "Print the versions of this build",
                                  .examples = "  weft version\n  weft version -o json",
                                  .prepare = prepare<run_version>};

}  // namespace weft::cli
