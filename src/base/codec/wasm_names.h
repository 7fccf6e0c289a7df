#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/wasm.h"

namespace weft::codec {

/// What an import or export is. `tag` and above `type` occur in one of the two kinds of binary
/// only: modules have func, table, memory, global, tag; components module, func, value, type,
/// component, instance.
enum class WasmSort : std::uint8_t {
    func,
    table,
    memory,
    global,
    tag,
    module,
    value,
    type,
    component,
    instance,
};

/// As in the enumeration.
std::string_view sort_name(WasmSort sort);

/// One import or export of a binary.
struct WasmExtern {
    std::string module;  ///< Of a core module's import; else empty.
    std::string name;    ///< As `wasi:http/incoming-handler@0.2.0`; of a core import, the field.
    WasmSort sort;
    friend bool operator==(const WasmExtern&, const WasmExtern&) = default;
};

/// What a binary asks of its host and what it offers: the names at depth 0, in order.
struct WasmInterface {
    WasmKind kind;
    std::vector<WasmExtern> imports;
    std::vector<WasmExtern> exports;
};

/// Reads the import and export sections of a component or core module.
/// Errors: those of `read_wasm`; corrupt `wasm.import_bad`, `wasm.export_bad`, `wasm.name_bad`,
/// `wasm.count_too_large`, `wasm.body_truncated`, `wasm.body_trailing`; unsupported
/// `wasm.value_refused` (a component that imports or exports values).
Result<WasmInterface> read_interface(BytesView binary, WasmLimits limits = {});

}  // namespace weft::codec
