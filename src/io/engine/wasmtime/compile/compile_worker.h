#pragma once

#include <string_view>

namespace weft::engine::wasmtime {

/// The argument by which a program learns that it is to compile and nothing else.
constexpr std::string_view compile_worker_command = "compile-worker";

/// Compiles one component and ends the process; the first and only thing that a process does. Reads
/// the component from a descriptor that it was given, then gives up everything but computing
/// (`process::enter_sandbox`), compiles, and writes code or a typed error to others. Started by
/// hand it says that it is not meant to be.
[[noreturn]] void run_compile_worker();

}  // namespace weft::engine::wasmtime
