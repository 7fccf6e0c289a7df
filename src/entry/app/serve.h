#pragma once

#include "entry/app/plan.h"
#include "entry/cli/up_options.h"

namespace weft::app {

/// Adds the component of `weft serve`: a manifest of one component behind an http-server, made in
/// memory, and what the command line gives beside it. Errors: those of `add_to_plan` for manifests.
Result<void> add_to_plan(Plan& plan, const cli::ServedFile& served);

}  // namespace weft::app
