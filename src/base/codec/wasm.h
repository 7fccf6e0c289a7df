#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::codec {

/// Section ids (core specification 5.5.2; component-model Binary.md). Numbers above 0 mean
/// different things in modules and in components.
namespace wasm_id {
inline constexpr std::uint8_t custom = 0;
inline constexpr std::uint8_t module_import = 2;
inline constexpr std::uint8_t module_export = 7;
inline constexpr std::uint8_t component_core_module = 1;
inline constexpr std::uint8_t component_component = 4;
inline constexpr std::uint8_t component_import = 10;
inline constexpr std::uint8_t component_export = 11;
}  // namespace wasm_id

/// Octets of the preamble: magic, version, layer.
inline constexpr std::size_t wasm_preamble_bytes = 8;

struct WasmLimits {
    std::size_t sections_max = 200'000;  ///< Of the whole binary, nested ones included.
    std::size_t depth_max = 16;          ///< Components and modules inside each other.
};

enum class WasmKind : std::uint8_t { module, component };

/// One section; the views point into the binary that was read.
struct WasmSection {
    std::uint8_t id;
    std::size_t offset;       ///< Of the id octet, from the start of the binary.
    std::size_t size_length;  ///< Octets of the size field; more than needed in padded files.
    BytesView body;           ///< All after the size field; of a custom section, its name too.
    std::string_view name;    ///< Of a custom section, UTF-8; else empty.
    BytesView payload;        ///< Of a custom section, what follows the name; else the body.

    bool is_custom() const { return id == wasm_id::custom; }
    /// Octets from the id to the end of the body.
    std::size_t bytes() const { return 1 + size_length + body.size(); }
};

/// The sections of one module or component, in order; nested ones are the bodies of
/// `component_core_module` and `component_component` sections. Borrows the binary, copies nothing.
struct WasmBinary {
    WasmKind kind;
    std::vector<WasmSection> sections;

    /// Whether the body of `section` is a module or component itself.
    bool is_nested(const WasmSection& section) const;
};

/// The kind by the preamble alone: core module version 1, or component version 13 layer 1.
/// Errors: corrupt `wasm.not_wasm`; unsupported `wasm.version_unknown`.
Result<WasmKind> read_wasm_kind(BytesView binary);

/// Splits `binary` into sections. Order and contents of sections are for the engine to check.
/// Errors: those of `read_wasm_kind`; corrupt `wasm.section_truncated`, `wasm.section_unknown`,
/// `wasm.name_bad`, `leb128.*`; exhausted `wasm.sections_exceeded`.
Result<WasmBinary> read_wasm(BytesView binary, WasmLimits limits = {});

/// Appends a section with the shortest size field. The body is at most 4 GiB - 1.
void append_section(Bytes& out, std::uint8_t id, BytesView body);
/// Appends a custom section; `name` is UTF-8.
void append_custom_section(Bytes& out, std::string_view name, BytesView payload);

}  // namespace weft::codec
