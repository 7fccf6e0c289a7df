#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::codec {

/// The two forms that begin with "\0asm": version 1 layer 0, and version 13 layer 1.
enum class WasmKind : std::uint8_t { core_module, component };

/// "core module" or "component", for messages.
std::string_view wasm_kind_name(WasmKind kind);

constexpr std::size_t wasm_preamble_bytes = 8;
constexpr std::uint8_t wasm_section_custom = 0;            ///< In both forms.
constexpr std::uint8_t component_section_core_module = 1;  ///< Its body is a whole core module.
constexpr std::uint8_t component_section_component = 4;    ///< Its body is a whole component.
constexpr std::uint8_t component_section_import = 10;
constexpr std::uint8_t component_section_export = 11;
constexpr std::uint8_t module_section_import = 2;
constexpr std::uint8_t module_section_export = 7;

/// What the first eight bytes say. Errors: corrupt (`wasm.truncated_preamble`,
/// `wasm.not_wasm`), unsupported (`wasm.version_unknown`); each says what was found.
Result<WasmKind> read_wasm_preamble(BytesView bytes);

/// One section. Views point into the bytes that the reader was given.
struct WasmSection {
    std::uint8_t id = 0;
    std::size_t offset = 0;      ///< Of the id byte, from the start of the binary.
    std::size_t size_bytes = 0;  ///< Length of the LEB128 size field.
    bool size_minimal = true;    ///< False when the size field is padded.
    BytesView body;              ///< Without id and size.

    /// Offset of the first byte after the section.
    std::size_t end() const { return offset + 1 + size_bytes + body.size(); }
};

/// Walks the sections of one binary at depth 0, without copying. The bytes must outlive it.
class WasmReader {
  public:
    /// Errors: those of `read_wasm_preamble`.
    static Result<WasmReader> create(BytesView bytes);

    WasmKind kind() const { return kind_; }
    /// The next section, or nothing after the last. Errors: corrupt (`wasm.truncated_section_size`,
    /// `wasm.section_past_end`); after an error the reader is at its end.
    Result<std::optional<WasmSection>> next();

  private:
    WasmReader(BytesView bytes, WasmKind kind)
        : bytes_(bytes), offset_(wasm_preamble_bytes), kind_(kind) {}

    BytesView bytes_;
    std::size_t offset_;
    WasmKind kind_;
};

/// A custom section's name (valid UTF-8) and what follows it.
struct WasmCustomSection {
    std::string_view name;
    BytesView payload;
};

/// Takes the body of a section with id 0. Errors: corrupt (`wasm.custom_name_invalid`).
Result<WasmCustomSection> read_wasm_custom(BytesView body);

/// Appends the eight bytes that begin a binary.
void append_wasm_preamble(Bytes& out, WasmKind kind);
/// Appends id, minimal size and body.
void append_wasm_section(Bytes& out, std::uint8_t id, BytesView body);
/// Appends a section with id 0.
void append_wasm_custom(Bytes& out, std::string_view name, BytesView payload);

}  // namespace weft::codec
