#pragma once

#include <memory>

#include "base/core/result.h"
#include "entry/cli/callee.h"

namespace weft::app {

/// The component of `weft call`: read, its token checked as for `weft up`, compiled. Each call runs
/// in a new instance on the calling thread, until it ends; what the guest prints goes to our own
/// stdout and stderr. Errors: those of the file, of `load_trust`, `claims::admit` and
/// `Engine::compile`.
Result<std::unique_ptr<cli::Callee>> open_callee(const cli::CallOptions& options);

}  // namespace weft::app
