#include "platform/claims/embed.h"

namespace weft::claims {
namespace {

constexpr std::string_view section_name = "wasmcloud_jwt";
constexpr std::string_view legacy_section_name = "jwt";

Result<void> scan(BytesView wasm, std::size_t depth, TokenScan& out) {
    if (depth > nesting_max)
        return fail(Errc::exhausted, "claims.nesting_exceeded",
                    "the binary holds others inside one another more than {} deep", nesting_max);
    TRY(auto reader, codec::WasmReader::create(wasm));
    if (depth == 0) out.kind = reader.kind();
    while (true) {
        TRY(const auto section, reader.next());
        if (!section) return ok();
        if (is_nested_binary(reader.kind(), *section)) CHECK(scan(section->body, depth + 1, out));
        TRY(const bool is_token, is_token_section(*section));
        if (!is_token) continue;
        if (depth > 0) {
            ++out.nested;
            continue;
        }
        TRY(const auto custom, codec::read_wasm_custom(section->body));
        out.found.push_back(
            {custom.name, as_text(custom.payload), section->offset, section->end()});
    }
}

}  // namespace

Result<bool> is_token_section(const codec::WasmSection& section) {
    if (section.id != codec::wasm_section_custom) return false;
    TRY(const auto custom, codec::read_wasm_custom(section.body));
    return custom.name == section_name || custom.name == legacy_section_name;
}

bool is_nested_binary(codec::WasmKind kind, const codec::WasmSection& section) {
    return kind == codec::WasmKind::component &&
           (section.id == codec::component_section_core_module ||
            section.id == codec::component_section_component);
}

Result<TokenScan> scan_tokens(BytesView wasm) {
    TokenScan out;
    CHECK(scan(wasm, 0, out));
    return out;
}

Result<std::optional<TokenSection>> only_token(const TokenScan& scan) {
    if (scan.found.size() > 1)
        return fail(Errc::unauthenticated, "claims.token_several",
                    "the binary carries {} tokens, and one must be the only one; sign it again",
                    scan.found.size());
    if (scan.found.empty()) return std::nullopt;
    return scan.found.front();
}

Result<Bytes> strip_tokens(BytesView wasm) {
    TRY(const auto scanned, scan_tokens(wasm));
    Bytes out;
    out.reserve(wasm.size());
    std::size_t kept = 0;
    const auto keep_to = [&](std::size_t end) {
        const auto piece = wasm.subspan(kept, end - kept);
        out.insert(out.end(), piece.begin(), piece.end());
    };
    for (const auto& section : scanned.found) {
        keep_to(section.offset);
        kept = section.end;
    }
    keep_to(wasm.size());
    return out;
}

Result<Bytes> embed_token(BytesView wasm, std::string_view token) {
    TRY(auto out, strip_tokens(wasm));
    codec::append_wasm_custom(out, section_name, as_bytes(token));
    return out;
}

}  // namespace weft::claims
