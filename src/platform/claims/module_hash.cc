#include "platform/claims/module_hash.h"

#include "base/codec/hex.h"
#include "base/codec/leb128.h"
#include "base/crypto/sha256.h"
#include "platform/claims/embed.h"

namespace weft::claims {
namespace {

constexpr std::int64_t first_rebuilt_revision = 3;

Bytes section_head(std::uint8_t id, std::size_t body_bytes) {
    Bytes head = {id};
    codec::append_leb128(head, body_bytes);
    return head;
}

/// Length of the binary written anew. The nesting is known to be within its limit.
Result<std::size_t> rebuilt_bytes(BytesView wasm) {
    TRY(auto reader, codec::WasmReader::create(wasm));
    std::size_t total = codec::wasm_preamble_bytes;
    while (true) {
        TRY(const auto section, reader.next());
        if (!section) return total;
        TRY(const bool is_token, is_token_section(*section));
        if (is_token) continue;
        std::size_t body_bytes = section->body.size();
        if (is_nested_binary(reader.kind(), *section)) {
            TRY(body_bytes, rebuilt_bytes(section->body));
        }
        total += section_head(section->id, body_bytes).size() + body_bytes;
    }
}

Result<void> digest_rebuilt(BytesView wasm, crypto::Sha256& digest) {
    TRY(auto reader, codec::WasmReader::create(wasm));
    digest.update(wasm.first(codec::wasm_preamble_bytes));
    while (true) {
        TRY(const auto section, reader.next());
        if (!section) return ok();
        TRY(const bool is_token, is_token_section(*section));
        if (is_token) continue;
        if (is_nested_binary(reader.kind(), *section)) {
            TRY(const auto body_bytes, rebuilt_bytes(section->body));
            digest.update(section_head(section->id, body_bytes));
            CHECK(digest_rebuilt(section->body, digest));
        } else {
            digest.update(section_head(section->id, section->body.size()));
            digest.update(section->body);
        }
    }
}

}  // namespace

HashRule hash_rule(std::optional<std::int64_t> wascap_revision) {
    return wascap_revision.value_or(0) >= first_rebuilt_revision ? HashRule::rebuild
                                                                 : HashRule::plain_cut;
}

Result<std::string> module_hash(BytesView wasm, HashRule rule) {
    TRY(const auto scan, scan_tokens(wasm));
    crypto::Sha256 digest;
    if (rule == HashRule::rebuild) {
        CHECK(digest_rebuilt(wasm, digest));
    } else {
        std::size_t kept = 0;
        for (const auto& section : scan.found) {
            digest.update(wasm.subspan(kept, section.offset - kept));
            kept = section.end;
        }
        digest.update(wasm.subspan(kept));
    }
    return codec::encode_hex(digest.finish());
}

}  // namespace weft::claims
