#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/wasm.h"
#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::codec {

/// What a name stands for. The first six occur in components, `func` and the last four in modules.
enum class ExternSort : std::uint8_t {
    func,
    value,
    type,
    component,
    instance,
    module,
    table,
    memory,
    global,
    tag,
};

struct ExternImport {
    std::string module;  ///< Core modules only: first of the two names. Empty for components.
    std::string name;    ///< Of a component: such as "wasi:http/types@0.2.0".
    ExternSort sort = ExternSort::func;
    friend bool operator==(const ExternImport&, const ExternImport&) = default;
};

struct ExternExport {
    std::string name;
    ExternSort sort = ExternSort::func;
    friend bool operator==(const ExternExport&, const ExternExport&) = default;
};

/// What a binary asks for and offers at depth 0, in the order of the binary.
struct ComponentInterface {
    WasmKind kind = WasmKind::component;
    std::vector<ExternImport> imports;
    std::vector<ExternExport> exports;
};

/// Names together, imports and exports; more is a file made to hurt.
constexpr std::size_t extern_names_max = 100'000;

/// Reads the import and export sections; the rest of the binary is walked over, not validated.
/// Source: component-model Binary.md (import and export definitions), core specification 5.5.
/// Errors: those of `WasmReader`, corrupt (`wasm.import_corrupt`, `wasm.export_corrupt`),
/// exhausted (`wasm.names_exceeded`).
Result<ComponentInterface> read_interface(BytesView bytes);

}  // namespace weft::codec
