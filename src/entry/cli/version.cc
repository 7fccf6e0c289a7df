#include "entry/cli/version.h"

#include <string>

namespace weft::cli {
namespace {

Result<void> run_version(const Console& console) {
    codec::Json value = codec::Json::Object();
    console.show({"weft " + std::string(version())}, value.set("version", version()));
    return ok();
}

}  // namespace

std::string_view version() { return WEFT_VERSION; }

constexpr Command version_command{.path = "version",
                                  .summary = "Print the version",
                                  .examples = "  weft version\n  weft version -o json",
                                  .prepare = prepare<run_version>};

}  // namespace weft::cli
