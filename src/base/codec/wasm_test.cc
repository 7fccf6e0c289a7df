#include "base/codec/wasm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"

namespace weft::codec {
namespace {

using testing::HasSubstr;

Bytes core_module() {
    Bytes out;
    append_wasm_preamble(out, WasmKind::core_module);
    return out;
}

TEST(WasmPreamble, TellsTheTwoKinds) {
    Bytes component;
    append_wasm_preamble(component, WasmKind::component);

    EXPECT_EQ(read_wasm_preamble(core_module()), WasmKind::core_module);
    EXPECT_EQ(read_wasm_preamble(component), WasmKind::component);
    EXPECT_EQ(wasm_kind_name(WasmKind::component), "component");
    EXPECT_EQ(wasm_kind_name(WasmKind::core_module), "core module");
}

TEST(WasmPreamble, SaysWhatItFoundInstead) {
    const auto elf =
        read_wasm_preamble(to_bytes("\x7f"
                                    "ELF and more"));
    EXPECT_EQ(elf.error().slug, Slug("wasm.not_wasm"));
    EXPECT_THAT(elf.error().message, HasSubstr("0x7f 0x45 0x4c 0x46"));
    EXPECT_EQ(read_wasm_preamble(to_bytes("ab")).error().slug, Slug("wasm.not_wasm"));

    EXPECT_EQ(read_wasm_preamble({}).error().slug, Slug("wasm.truncated_preamble"));
    EXPECT_EQ(read_wasm_preamble(BytesView(core_module()).first(7)).error().slug,
              Slug("wasm.truncated_preamble"));

    const auto old = read_wasm_preamble(Bytes{0, 'a', 's', 'm', 0x0C, 0, 1, 0});
    EXPECT_EQ(old.error().slug, Slug("wasm.version_unknown"));
    EXPECT_EQ(old.error().code, Errc::unsupported);
    EXPECT_THAT(old.error().message, HasSubstr("version 12 and layer 1"));
}

TEST(WasmReader, WalksWhatTheWriterWrote) {
    Bytes binary = core_module();
    append_wasm_section(binary, 1, Bytes(200, 0xAA));
    append_wasm_custom(binary, "name", Bytes{1, 2, 3});
    auto reader = WasmReader::create(binary);
    ASSERT_TRUE(reader);

    const auto first = reader->next().value().value();
    const auto second = reader->next().value().value();

    EXPECT_EQ(first.id, 1);
    EXPECT_EQ(first.offset, 8U);
    EXPECT_EQ(first.size_bytes, 2U);
    EXPECT_EQ(first.body.size(), 200U);
    EXPECT_EQ(first.body.data(), binary.data() + 11) << "the body is a view, no copy";
    EXPECT_EQ(second.offset, first.end());
    EXPECT_EQ(second.end(), binary.size());
    const auto custom = read_wasm_custom(second.body);
    ASSERT_TRUE(custom);
    EXPECT_EQ(custom->name, "name");
    EXPECT_EQ(Bytes(custom->payload.begin(), custom->payload.end()), (Bytes{1, 2, 3}));
    EXPECT_EQ(reader->next().value(), std::nullopt);
}

TEST(WasmReader, AllowsAPaddedSizeAndSaysSo) {
    Bytes binary = core_module();
    binary.insert(binary.end(), {5, 0x81, 0x80, 0x00, 0x77});
    auto reader = WasmReader::create(binary).value();

    const auto section = reader.next().value().value();

    EXPECT_FALSE(section.size_minimal);
    EXPECT_EQ(section.size_bytes, 3U);
    EXPECT_EQ(section.end(), binary.size());
}

TEST(WasmReader, RefusesASectionPastTheEndAndStaysThere) {
    Bytes binary = core_module();
    binary.insert(binary.end(), {1, 3, 0, 0});
    auto reader = WasmReader::create(binary).value();

    const auto section = reader.next();

    EXPECT_EQ(section.error().slug, Slug("wasm.section_past_end"));
    EXPECT_EQ(section.error().message,
              "the section at offset 8 has 3 bytes by its length, the file has 2 more");
    EXPECT_EQ(reader.next().value(), std::nullopt);
}

TEST(WasmReader, RefusesADamagedSize) {
    for (const Bytes& tail : {Bytes{1}, Bytes{1, 0x80}, Bytes{1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}}) {
        Bytes binary = core_module();
        binary.insert(binary.end(), tail.begin(), tail.end());
        auto reader = WasmReader::create(binary).value();
        EXPECT_EQ(reader.next().error().slug, Slug("wasm.truncated_section_size"));
    }
}

TEST(WasmCustom, RefusesADamagedName) {
    for (const Bytes& body : {Bytes{}, Bytes{4, 'a', 'b'}, Bytes{1, 0xFF}, Bytes{0x80}})
        EXPECT_EQ(read_wasm_custom(body).error().slug, Slug("wasm.custom_name_invalid"));
    EXPECT_EQ(read_wasm_custom(Bytes{0})->name, "");
}

/// Modules from the wild: the token is the last section, and padded sizes are reported.
TEST(WasmCorpus, FindsTheTokenOfEachSignedFile) {
    const auto folder = corpora_root() / "wasm-signed";
    WEFT_NEED_CORPUS(folder);
    int signed_files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".wasm") continue;
        const std::string text = read_whole_file(entry.path());
        auto reader = WasmReader::create(as_bytes(text));
        ASSERT_TRUE(reader) << entry.path();
        int padded = 0;
        std::string_view last_token;
        while (true) {
            const auto section = reader->next();
            ASSERT_TRUE(section) << entry.path() << section.error().message;
            if (!*section) break;
            padded += (*section)->size_minimal ? 0 : 1;
            if ((*section)->id != wasm_section_custom) continue;
            const auto custom = read_wasm_custom((*section)->body);
            ASSERT_TRUE(custom) << entry.path();
            if (custom->name == "jwt" || custom->name == "wasmcloud_jwt")
                last_token = as_text(custom->payload);
        }
        if (!last_token.empty()) ++signed_files;
        EXPECT_EQ(last_token.empty(), entry.path().filename() == "loop.wasm") << entry.path();
        EXPECT_EQ(padded, entry.path().filename() == "echo_messaging_v0.9.0.wasm" ? 12 : 0)
            << entry.path();
    }
    EXPECT_EQ(signed_files, 6);
}

}  // namespace
}  // namespace weft::codec
