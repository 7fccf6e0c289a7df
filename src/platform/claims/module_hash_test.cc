#include "platform/claims/module_hash.h"

#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"
#include "base/codec/hex.h"
#include "base/crypto/jwt.h"
#include "base/crypto/sha256.h"
#include "platform/claims/embed.h"
#include "platform/claims/fixture_test.h"

namespace weft::claims {
namespace {

using testing::component;

/// A section whose size takes five bytes.
void append_padded(Bytes& out, std::uint8_t id, BytesView body) {
    const auto size = static_cast<std::uint32_t>(body.size());
    out.insert(out.end(), {id, static_cast<std::uint8_t>(size | 0x80U),
                           static_cast<std::uint8_t>(size >> 7U | 0x80U), 0x80, 0x80, 0x00});
    out.insert(out.end(), body.begin(), body.end());
}

std::string sha_hex(BytesView bytes) { return codec::encode_hex(crypto::sha256(bytes)); }

TEST(ModuleHash, BothRulesAgreeOnMinimalSizes) {
    const auto plain = component({{"wasi:http/types@0.2.0"}});
    const auto wasm = embed_token(plain, "token").value();

    EXPECT_EQ(module_hash(wasm, HashRule::rebuild).value(), sha_hex(plain));
    EXPECT_EQ(module_hash(wasm, HashRule::plain_cut).value(), sha_hex(plain));
}

TEST(ModuleHash, RebuildingTakesPaddingOutAtEveryDepth) {
    const auto leaf = component({});
    auto minimal_inner = component({});
    codec::append_wasm_section(minimal_inner, codec::component_section_component, leaf);
    auto minimal = component({});
    codec::append_wasm_section(minimal, codec::component_section_component, minimal_inner);
    auto padded_inner = component({});
    append_padded(padded_inner, codec::component_section_component, leaf);
    auto padded = component({});
    append_padded(padded, codec::component_section_component, padded_inner);

    EXPECT_EQ(module_hash(padded, HashRule::rebuild).value(), sha_hex(minimal));
    EXPECT_EQ(module_hash(padded, HashRule::plain_cut).value(), sha_hex(padded));
}

TEST(ModuleHash, RebuildingLeavesOutNestedTokens) {
    const auto inner = component({});
    auto marked_inner = inner;
    codec::append_wasm_custom(marked_inner, "jwt", as_bytes("anything"));
    auto plain = component({});
    codec::append_wasm_section(plain, codec::component_section_component, inner);
    auto marked = component({});
    codec::append_wasm_section(marked, codec::component_section_component, marked_inner);

    EXPECT_EQ(module_hash(marked, HashRule::rebuild).value(), sha_hex(plain));
    EXPECT_EQ(module_hash(marked, HashRule::plain_cut).value(), sha_hex(marked));
}

TEST(ModuleHash, TheRevisionChoosesTheRule) {
    EXPECT_EQ(hash_rule(std::nullopt), HashRule::plain_cut);
    EXPECT_EQ(hash_rule(1), HashRule::plain_cut);
    EXPECT_EQ(hash_rule(2), HashRule::plain_cut);
    EXPECT_EQ(hash_rule(3), HashRule::rebuild);
    EXPECT_EQ(hash_rule(4), HashRule::rebuild);
}

TEST(ModuleHash, MatchesFilesThatOtherToolsSigned) {
    const auto folder = codec::corpora_root() / "wasm-signed";
    WEFT_NEED_CORPUS(folder);
    struct Expected {
        std::string_view file;
        bool rebuild;
    };
    for (const auto& [file, rebuild] :
         {Expected{"hello_cpp.signed.wasm", true}, Expected{"echo_messaging_v0.9.0.wasm", false},
          Expected{"logger.wasm", true}, Expected{"signed_loop.wasm", true},
          Expected{"pinger_s.wasm", true}, Expected{"ponger_s.wasm", true}}) {
        const auto text = codec::read_whole_file(folder / file);
        const auto wasm = as_bytes(text);
        const auto section = only_token(scan_tokens(wasm).value()).value();
        ASSERT_TRUE(section) << file;
        const auto jwt = crypto::decode_jwt(section->token).value();
        const auto hash = jwt.claims.find("wascap")->get_string("hash").value();

        EXPECT_EQ(module_hash(wasm, HashRule::plain_cut).value(), hash) << file;
        EXPECT_EQ(module_hash(wasm, HashRule::rebuild).value() == hash, rebuild) << file;
    }
}

}  // namespace
}  // namespace weft::claims
