#pragma once

#include "base/core/result.h"
#include "entry/cli/console.h"
#include "entry/cli/guest_options.h"
#include "io/engine/engine.h"

namespace weft::app {

/// `weft run`: admits the file, runs it with the process's own console and returns its exit code.
/// From the start SIGINT and SIGTERM end the process at once, with 128 and the signal's number.
/// Errors: those of `cli::load_trust`,
/// `control::read_admitted` and `run_code`.
Result<int> run_program(cli::RunOptions options, const cli::Console& console);

/// Compiles and runs a program on this thread. `engine` outlives it; the story of a trap, and a
/// warning of the first HTTP request that the program was refused, go to `console`. Errors: those
/// of `engine::Engine::compile`, `engine::Component::with_context` and `run_command`; unsupported
/// (`app.not_program`).
Result<int> run_code(engine::Engine* engine, BytesView code, const cli::RunOptions& options,
                     const cli::Console& console);

}  // namespace weft::app
