#pragma once

#include <memory>

#include "base/core/result.h"
#include "entry/cli/callee.h"
#include "entry/cli/console.h"

namespace weft::app {

/// The component of `weft call`: read, its token checked and its code compiled as for `weft up`.
/// Each call runs in a new instance on the calling thread, within the limits of `options`; what the
/// guest prints goes to our own stdout and stderr. `console` outlives it. Errors: those of
/// `cli::load_trust`, `control::read_admitted`, `check`, `make_guest_engine`, `Engine::compile` and
/// `Component::with_context`.
Result<std::unique_ptr<cli::Callee>> open_callee(const cli::GuestOptions& options,
                                                 const cli::CodeCheck& check,
                                                 const cli::Console& console);

}  // namespace weft::app
