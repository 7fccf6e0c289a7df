// Binaries come from strangers. Sections lie one behind the other within the input, writing them
// back gives the same bytes where sizes were minimal, and names of interfaces survive formatting.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/codec/component_interface.h"
#include "base/codec/interface_name.h"
#include "base/codec/wasm.h"

namespace {

using namespace weft;
using namespace weft::codec;

void expect(bool condition) {
    if (!condition) std::abort();
}

void check_name(std::string_view text) {
    const auto name = parse_interface_name(text);
    if (name) expect(format_interface_name(*name) == text);
}

void check_sections(BytesView bytes, int depth) {
    auto reader = WasmReader::create(bytes);
    if (!reader) return;
    Bytes rebuilt;
    append_wasm_preamble(rebuilt, reader->kind());
    std::size_t expected = wasm_preamble_bytes;
    bool minimal = true;
    while (true) {
        const auto section = reader->next();
        if (!section) return;
        if (!*section) break;
        const WasmSection& found = **section;
        expect(found.offset == expected && found.end() <= bytes.size());
        expected = found.end();
        minimal = minimal && found.size_minimal;
        append_wasm_section(rebuilt, found.id, found.body);
        if (found.id == wasm_section_custom) (void)read_wasm_custom(found.body);
        if (depth < 8) check_sections(found.body, depth + 1);
    }
    expect(expected == bytes.size());
    expect(std::ranges::equal(rebuilt, bytes) == minimal);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView bytes(data, size);
    check_sections(bytes, 0);
    const auto interface = read_interface(bytes);
    if (interface) {
        expect(interface->imports.size() + interface->exports.size() <= extern_names_max);
        for (const auto& import : interface->imports) check_name(import.name);
        for (const auto& exported : interface->exports) check_name(exported.name);
    }
    return 0;
}
