#include "base/codec/wasm.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/codec/leb128.h"
#include "base/codec/utf8.h"

namespace weft::codec {

namespace {

using Preamble = std::array<std::uint8_t, wasm_preamble_bytes>;

constexpr Preamble module_preamble = {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};
constexpr Preamble component_preamble = {0x00, 'a', 's', 'm', 0x0D, 0x00, 0x01, 0x00};
constexpr std::size_t magic_bytes = 4;

/// Bytes for a message: "0x7f 0x45".
std::string show_bytes(BytesView bytes) {
    std::string out;
    for (const auto byte : bytes) out += fmt::format("{}0x{:02x}", out.empty() ? "" : " ", byte);
    return out;
}

unsigned little_endian_16(BytesView bytes) {
    return bytes[0] | (static_cast<unsigned>(bytes[1]) << 8);
}

}  // namespace

std::string_view wasm_kind_name(WasmKind kind) {
    return kind == WasmKind::component ? "component" : "core module";
}

Result<WasmKind> read_wasm_preamble(BytesView bytes) {
    const auto magic = bytes.first(std::min(bytes.size(), magic_bytes));
    if (!std::ranges::equal(magic, BytesView(module_preamble).first(magic.size())))
        return fail(Errc::corrupt, "wasm.not_wasm",
                    "the file does not begin with the WebAssembly magic number but with {}, give "
                    "the path of a '.wasm' file",
                    show_bytes(magic));
    if (bytes.size() < wasm_preamble_bytes)
        return fail(Errc::corrupt, "wasm.truncated_preamble",
                    "the file has {} bytes, a WebAssembly binary begins with {}", bytes.size(),
                    wasm_preamble_bytes);
    const auto preamble = bytes.first(wasm_preamble_bytes);
    if (std::ranges::equal(preamble, module_preamble)) return WasmKind::core_module;
    if (std::ranges::equal(preamble, component_preamble)) return WasmKind::component;
    return fail(Errc::unsupported, "wasm.version_unknown",
                "the WebAssembly binary has version {} and layer {}, known are 1 with 0 (core "
                "module) and 13 with 1 (component)",
                little_endian_16(preamble.subspan(4)), little_endian_16(preamble.subspan(6)));
}

Result<WasmReader> WasmReader::create(BytesView bytes) {
    TRY(const WasmKind kind, read_wasm_preamble(bytes));
    return WasmReader(bytes, kind);
}

Result<std::optional<WasmSection>> WasmReader::next() {
    if (offset_ == bytes_.size()) return std::nullopt;
    const std::size_t start = offset_;
    offset_ = bytes_.size();  // where it stays after an error
    const BytesView after_id = bytes_.subspan(start + 1);
    const auto size = read_leb128_u32(after_id);
    if (!size)
        return fail(Errc::corrupt, "wasm.truncated_section_size",
                    "the length of the section at offset {} is damaged: {}", start,
                    size.error().message);
    const BytesView rest = after_id.subspan(size->bytes);
    if (size->value > rest.size())
        return fail(Errc::corrupt, "wasm.section_past_end",
                    "the section at offset {} has {} bytes by its length, the file has {} more",
                    start, size->value, rest.size());
    WasmSection section{.id = bytes_[start],
                        .offset = start,
                        .size_bytes = size->bytes,
                        .size_minimal = size->minimal,
                        .body = rest.first(size->value)};
    offset_ = section.end();
    return section;
}

Result<WasmCustomSection> read_wasm_custom(BytesView body) {
    const auto length = read_leb128_u32(body);
    if (!length)
        return fail(Errc::corrupt, "wasm.custom_name_invalid",
                    "the name of a custom section is damaged: {}", length.error().message);
    const BytesView rest = body.subspan(length->bytes);
    if (length->value > rest.size())
        return fail(Errc::corrupt, "wasm.custom_name_invalid",
                    "the name of a custom section has {} bytes by its length, the section has {} "
                    "more",
                    length->value, rest.size());
    const auto name = as_text(rest.first(length->value));
    if (find_invalid_utf8(name) != std::string_view::npos)
        return fail(Errc::corrupt, "wasm.custom_name_invalid",
                    "the name of a custom section is not valid UTF-8");
    return WasmCustomSection{.name = name, .payload = rest.subspan(length->value)};
}

void append_wasm_preamble(Bytes& out, WasmKind kind) {
    const Preamble& preamble = kind == WasmKind::component ? component_preamble : module_preamble;
    out.insert(out.end(), preamble.begin(), preamble.end());
}

void append_wasm_section(Bytes& out, std::uint8_t id, BytesView body) {
    out.push_back(id);
    append_leb128(out, body.size());
    out.insert(out.end(), body.begin(), body.end());
}

void append_wasm_custom(Bytes& out, std::string_view name, BytesView payload) {
    Bytes body;
    append_leb128(body, name.size());
    body.insert(body.end(), name.begin(), name.end());
    body.insert(body.end(), payload.begin(), payload.end());
    append_wasm_section(out, wasm_section_custom, body);
}

}  // namespace weft::codec
