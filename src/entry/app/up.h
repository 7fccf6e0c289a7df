#pragma once

#include "base/core/result.h"
#include "entry/cli/console.h"
#include "entry/cli/up_options.h"

namespace weft::app {

/// `weft up`: verifies, compiles, serves until SIGINT or SIGTERM, drains. With `detach` it returns
/// in the command once the host in the background serves. Manifests are read, and what is found in
/// them is said, before anything else. Errors: whatever kept it from serving;
/// then nothing is left running.
Result<void> up(const cli::UpOptions& options, const cli::Console& console);

}  // namespace weft::app
