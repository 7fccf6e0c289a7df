#pragma once

#include <string>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "entry/cli/run.h"

namespace weft::cli {

/// A longer binary is not read; the host's limit too.
constexpr std::size_t wasm_bytes_max = 100 * 1024 * 1024;

/// Reads a WebAssembly binary. Errors: those of `get_input_path`, `read_file` and
/// `codec::read_wasm_preamble`.
Result<Bytes> read_wasm(const Environment& environment, const std::string& file);

}  // namespace weft::cli
