#pragma once

#include "entry/cli/command_line.h"

namespace CLI {
class App;
}

namespace weft::cli {

/// Each adds its commands to the tree that the command line is read with. When one of them is
/// chosen, `selection.action` or `selection.program` is set to run it.
void define_up(CLI::App& root, Selection& selection, const Up& up);
void define_run(CLI::App& root, Selection& selection, const RunProgram& run);
void define_serve(CLI::App& root, Selection& selection, const Up& up);
void define_call(CLI::App& root, Selection& selection, const Caller& caller);
void define_keys(CLI::App& root, Selection& selection);
void define_claims(CLI::App& root, Selection& selection);
void define_app(CLI::App& root, Selection& selection);
void define_inspect(CLI::App& root, Selection& selection);
void define_trust(CLI::App& root, Selection& selection);
void define_doctor(CLI::App& root, Selection& selection, const Doctor& look);
void define_version(CLI::App& root, Selection& selection);

}  // namespace weft::cli
