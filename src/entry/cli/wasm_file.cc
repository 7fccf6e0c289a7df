#include "entry/cli/wasm_file.h"

#include "base/codec/wasm.h"
#include "entry/cli/places.h"
#include "io/files/files.h"

namespace weft::cli {

Result<Bytes> read_wasm(const Environment& environment, const std::string& file) {
    TRY(const auto path, get_input_path(environment, "the WebAssembly file", file));
    TRY(auto content, files::read_file(path, wasm_bytes_max));
    CHECK(codec::read_wasm_preamble(content).context("'{}'", path));
    return content;
}

}  // namespace weft::cli
