#pragma once

#include <unistd.h>

#include "io/engine/wasmtime/handle.h"

/// What a host and its compiler, two processes of one program, agree on.
namespace weft::engine::wasmtime::compile_protocol {

/// Where the component is: a frozen file, first the `we_engine_config`, then the bytes.
constexpr int input = 3;
/// Where the code goes: an empty file.
constexpr int output = 4;
/// Where the reason goes when there is none.
constexpr int report = STDOUT_FILENO;

/// Exit codes, none of which a crash has. The report of `refused` is a `we_status` in decimal
/// digits, a line feed and the message; that of `failed` a sentence.
constexpr int compiled = 0;
constexpr int refused = 41;
constexpr int failed = 42;
constexpr int out_of_memory = 43;

}  // namespace weft::engine::wasmtime::compile_protocol
