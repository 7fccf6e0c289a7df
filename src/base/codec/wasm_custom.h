#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/codec/wasm.h"

namespace weft::codec {

/// A custom section at any depth.
struct WasmCustom {
    std::string_view name;
    BytesView payload;
    std::size_t depth;   ///< 0 = of the binary itself.
    std::size_t offset;  ///< Of the id octet, from the start of the whole binary.
    std::size_t bytes;   ///< From the id to the end.
};

/// All custom sections of the binary and of the modules and components inside it, in the order of
/// their places. Borrows the binary. Errors: those of `read_wasm`; exhausted `wasm.depth_exceeded`.
Result<std::vector<WasmCustom>> list_custom_sections(BytesView binary, WasmLimits limits = {});

/// The binary without the custom sections that have one of `names`, at every depth, and with every
/// section's size in its shortest form: what signatures of revision 3 are made over.
/// Errors: as `list_custom_sections`.
Result<Bytes> rebuild_without(BytesView binary, std::span<const std::string_view> names,
                              WasmLimits limits = {});

}  // namespace weft::codec
