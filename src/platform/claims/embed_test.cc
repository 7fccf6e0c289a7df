#include "platform/claims/embed.h"

#include <gtest/gtest.h>

#include "platform/claims/fixture_test.h"

namespace weft::claims {
namespace {

using testing::component;

Bytes with_section(Bytes wasm, std::string_view name, std::string_view payload) {
    codec::append_wasm_custom(wasm, name, as_bytes(payload));
    return wasm;
}

/// A component that holds `inner` as a section.
Bytes holding(BytesView inner, std::uint8_t section = codec::component_section_component) {
    auto out = component({});
    codec::append_wasm_section(out, section, inner);
    return out;
}

TEST(Embed, FindsTokensUnderBothNames) {
    for (const std::string_view name : {"wasmcloud_jwt", "jwt"}) {
        const auto plain = component({});
        const auto wasm = with_section(plain, name, "a.b.c");

        const auto scan = scan_tokens(wasm).value();

        ASSERT_EQ(scan.found.size(), 1U);
        EXPECT_EQ(scan.found[0].name, name);
        EXPECT_EQ(scan.found[0].token, "a.b.c");
        EXPECT_EQ(scan.found[0].offset, plain.size());
        EXPECT_EQ(scan.found[0].end, wasm.size());
        EXPECT_EQ(scan.nested, 0U);
        EXPECT_EQ(only_token(scan).value()->token, "a.b.c");
    }
}

TEST(Embed, OtherNamesAreNoTokens) {
    for (const std::string_view name : {"JWT", "jwt ", "wasmcloud_jwt2", "name", ""}) {
        const auto wasm = with_section(component({}), name, "a.b.c");
        EXPECT_FALSE(only_token(scan_tokens(wasm).value()).value().has_value()) << name;
    }
}

TEST(Embed, RefusesTwoTokens) {
    for (const std::string_view second : {"jwt", "wasmcloud_jwt"}) {
        const auto wasm =
            with_section(with_section(component({}), "wasmcloud_jwt", "a"), second, "b");
        EXPECT_EQ(only_token(scan_tokens(wasm).value()).error().slug.text(),
                  "claims.token_several");
    }
}

TEST(Embed, CountsNestedTokensAndReadsNone) {
    const auto inner = with_section(with_section(component({}), "jwt", "x"), "wasmcloud_jwt", "y");
    Bytes module;
    codec::append_wasm_preamble(module, codec::WasmKind::core_module);
    codec::append_wasm_custom(module, "jwt", as_bytes("z"));

    for (const auto& [wasm, count] :
         {std::pair{holding(inner), 2U}, std::pair{holding(holding(inner)), 2U},
          std::pair{holding(module, codec::component_section_core_module), 1U}}) {
        const auto scan = scan_tokens(wasm).value();
        EXPECT_EQ(scan.nested, count);
        EXPECT_TRUE(scan.found.empty());
    }
}

TEST(Embed, ReadsNothingInsideTheSectionsOfACoreModule) {
    Bytes module;
    codec::append_wasm_preamble(module, codec::WasmKind::core_module);
    codec::append_wasm_section(module, 1, with_section(component({}), "jwt", "x"));

    EXPECT_EQ(scan_tokens(module).value().nested, 0U);
    EXPECT_EQ(scan_tokens(module).value().kind, codec::WasmKind::core_module);
}

TEST(Embed, RefusesBinariesNestedTooDeep) {
    auto wasm = component({});
    for (std::size_t depth = 0; depth < nesting_max; ++depth) wasm = holding(wasm);
    EXPECT_TRUE(scan_tokens(wasm));

    EXPECT_EQ(scan_tokens(holding(wasm)).error().slug.text(), "claims.nesting_exceeded");
}

TEST(Embed, ReplacesTheTokenAndKeepsAllElse) {
    auto wasm = component({{"wasi:http/types@0.2.0"}});
    const auto plain = wasm;
    codec::append_wasm_custom(wasm, "jwt", as_bytes("old"));
    codec::append_wasm_custom(wasm, "name", as_bytes("kept"));
    auto expected = plain;
    codec::append_wasm_custom(expected, "name", as_bytes("kept"));

    EXPECT_EQ(strip_tokens(wasm).value(), expected);

    codec::append_wasm_custom(expected, "wasmcloud_jwt", as_bytes("new"));
    EXPECT_EQ(embed_token(wasm, "new").value(), expected);
    EXPECT_EQ(strip_tokens(plain).value(), plain);
}

TEST(Embed, RefusesWhatIsNoBinary) {
    auto cut = component({{"wasi:http/types@0.2.0"}});
    cut.pop_back();
    auto extra = component({});
    extra.insert(extra.end(), {0, 200});
    Bytes bad_name;
    codec::append_wasm_preamble(bad_name, codec::WasmKind::component);
    codec::append_wasm_section(bad_name, 0, Bytes{5, 'j'});

    for (const auto& wasm : {Bytes(), to_bytes("not wasm at all"), cut, extra, bad_name,
                             holding(to_bytes("not wasm at all"))}) {
        EXPECT_FALSE(scan_tokens(wasm));
        EXPECT_FALSE(strip_tokens(wasm));
        EXPECT_FALSE(embed_token(wasm, "t"));
    }
}

}  // namespace
}  // namespace weft::claims
