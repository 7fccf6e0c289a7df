#include "base/codec/component_interface.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"
#include "base/codec/leb128.h"

namespace weft::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Bytes binary_of(WasmKind kind, std::uint8_t id, const Bytes& body) {
    Bytes out;
    append_wasm_preamble(out, kind);
    append_wasm_section(out, id, body);
    return out;
}

std::vector<ExternSort> sorts_of(const auto& externs) {
    std::vector<ExternSort> sorts;
    for (const auto& each : externs) sorts.push_back(each.sort);
    return sorts;
}

/// Joins bytes and names (length first).
class Body {
  public:
    Body& bytes(const Bytes& values) {
        out_.insert(out_.end(), values.begin(), values.end());
        return *this;
    }
    Body& name(std::string_view text) {
        append_leb128(out_, text.size());
        out_.insert(out_.end(), text.begin(), text.end());
        return *this;
    }
    Bytes done() const { return out_; }

  private:
    Bytes out_;
};

Slug refusal(WasmKind kind, std::uint8_t id, const Bytes& body) {
    const auto read = read_interface(binary_of(kind, id, body));
    EXPECT_FALSE(read);
    return read ? Slug("test.no_error") : read.error().slug;
}

TEST(ComponentInterface, ReadsEverySortOfAComponentImport) {
    const Bytes body = Body()
                           .bytes({9, 0})
                           .name("m")
                           .bytes({0x00, 0x11, 0})
                           .bytes({0})
                           .name("f")
                           .bytes({0x01, 2})
                           .bytes({1})
                           .name("v")
                           .bytes({0x02, 0x00, 1})
                           .bytes({0})
                           .name("w")
                           .bytes({0x02, 0x01, 0x7F})
                           .bytes({0})
                           .name("x")
                           .bytes({0x02, 0x01, 0x80, 0x01})
                           .bytes({0})
                           .name("t")
                           .bytes({0x03, 0x00, 5})
                           .bytes({0})
                           .name("r")
                           .bytes({0x03, 0x01})
                           .bytes({0})
                           .name("c")
                           .bytes({0x04, 1})
                           .bytes({0})
                           .name("wasi:http/types@0.2.0")
                           .bytes({0x05, 0x80, 0x01})
                           .done();

    const auto read = read_interface(binary_of(WasmKind::component, 10, body));

    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->kind, WasmKind::component);
    EXPECT_THAT(
        read->imports,
        ElementsAre(
            ExternImport{"", "m", ExternSort::module}, ExternImport{"", "f", ExternSort::func},
            ExternImport{"", "v", ExternSort::value}, ExternImport{"", "w", ExternSort::value},
            ExternImport{"", "x", ExternSort::value}, ExternImport{"", "t", ExternSort::type},
            ExternImport{"", "r", ExternSort::type}, ExternImport{"", "c", ExternSort::component},
            ExternImport{"", "wasi:http/types@0.2.0", ExternSort::instance}));
}

TEST(ComponentInterface, ReadsEverySortOfAComponentExport) {
    const Bytes body = Body()
                           .bytes({6, 0})
                           .name("m")
                           .bytes({0x00, 0x11, 0, 0})
                           .bytes({0})
                           .name("f")
                           .bytes({0x01, 0, 1, 0x01, 7})
                           .bytes({0})
                           .name("v")
                           .bytes({0x02, 0, 0})
                           .bytes({0})
                           .name("t")
                           .bytes({0x03, 0, 0})
                           .bytes({0})
                           .name("c")
                           .bytes({0x04, 0, 0})
                           .bytes({0})
                           .name("i")
                           .bytes({0x05, 0, 0})
                           .done();

    const auto read = read_interface(binary_of(WasmKind::component, 11, body));

    ASSERT_TRUE(read) << read.error().message;
    using enum ExternSort;
    EXPECT_THAT(sorts_of(read->exports),
                ElementsAre(module, func, value, type, component, instance));
}

TEST(ComponentInterface, ReadsEverySortOfAModuleImportAndExport) {
    const Bytes imports = Body()
                              .bytes({7})
                              .name("env")
                              .name("f")
                              .bytes({0, 3})
                              .name("env")
                              .name("t")
                              .bytes({1, 0x70, 0x01, 1, 2})
                              .name("env")
                              .name("u")
                              .bytes({1, 0x63, 0x70, 0x00, 1})
                              .name("env")
                              .name("m")
                              .bytes({2, 0x03, 1, 0x80, 0x01})
                              .name("env")
                              .name("n")
                              .bytes({2, 0x08, 1, 0})
                              .name("env")
                              .name("g")
                              .bytes({3, 0x7F, 1})
                              .name("env")
                              .name("e")
                              .bytes({4, 0, 0})
                              .done();
    Bytes binary = binary_of(WasmKind::core_module, 2, imports);
    append_wasm_section(
        binary, 7, Body().bytes({2}).name("memory").bytes({2, 0}).name("").bytes({4, 0}).done());

    const auto read = read_interface(binary);

    ASSERT_TRUE(read) << read.error().message;
    using enum ExternSort;
    EXPECT_THAT(sorts_of(read->imports),
                ElementsAre(func, table, table, memory, memory, global, tag));
    EXPECT_EQ(read->imports[0], (ExternImport{"env", "f", ExternSort::func}));
    EXPECT_THAT(read->exports, ElementsAre(ExternExport{"memory", ExternSort::memory},
                                           ExternExport{"", ExternSort::tag}));
}

TEST(ComponentInterface, RefusesEntriesThatDoNotFollowTheFormat) {
    const Slug import_slug("wasm.import_corrupt");
    const Slug export_slug("wasm.export_corrupt");
    const auto import_of = [](const Bytes& desc) {
        return Body().bytes({1, 0}).name("a").bytes(desc).done();
    };
    for (const auto& desc : std::vector<Bytes>{{},
                                               {0x00, 0x10, 0},
                                               {0x02, 0x02, 0},
                                               {0x03, 0x02},
                                               {0x06, 0},
                                               {0x01},
                                               {0x02, 0x01, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00},
                                               {0x05, 0x80},
                                               {0x01, 0, 0}})
        EXPECT_EQ(refusal(WasmKind::component, 10, import_of(desc)), import_slug);
    EXPECT_EQ(refusal(WasmKind::component, 10, Bytes{}), import_slug);
    EXPECT_EQ(refusal(WasmKind::component, 10, Bytes{1, 2, 1, 'a', 1, 0}), import_slug);
    EXPECT_EQ(refusal(WasmKind::component, 10, Bytes{1, 0, 9, 'a', 1, 0}), import_slug);
    EXPECT_EQ(refusal(WasmKind::component, 10, Bytes{1, 0, 1, 0xFF, 1, 0}), import_slug);
    EXPECT_EQ(refusal(WasmKind::component, 10, Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x0F}), import_slug);
    EXPECT_EQ(refusal(WasmKind::component, 11, import_of({0x06, 0, 0})), export_slug);
    EXPECT_EQ(refusal(WasmKind::component, 11, import_of({0x00, 0x00, 0, 0})), export_slug);
    EXPECT_EQ(refusal(WasmKind::component, 11, import_of({0x01, 0, 2})), export_slug);
    EXPECT_EQ(refusal(WasmKind::core_module, 2, Bytes{1, 0, 0, 5, 0}), import_slug);
    EXPECT_EQ(refusal(WasmKind::core_module, 2, Bytes{1, 0, 0, 2, 0x10, 0}), import_slug);
    EXPECT_EQ(refusal(WasmKind::core_module, 2, Bytes{1, 0, 0, 3, 0x7F, 4}), import_slug);
    EXPECT_EQ(refusal(WasmKind::core_module, 2, Bytes{1, 0, 0, 4, 1, 0}), import_slug);
    EXPECT_EQ(refusal(WasmKind::core_module, 7, Bytes{1, 0, 5, 0}), export_slug);
    EXPECT_EQ(refusal(WasmKind::core_module, 7, Bytes{2, 0, 0, 0}), export_slug);
}

TEST(ComponentInterface, PassesOnWhatTheSectionReaderRefuses) {
    EXPECT_EQ(read_interface({}).error().slug, Slug("wasm.truncated_preamble"));
    Bytes cut = binary_of(WasmKind::component, 10, Bytes{0});
    cut.pop_back();
    EXPECT_EQ(read_interface(cut).error().slug, Slug("wasm.section_past_end"));
}

TEST(ComponentInterface, TakesNamesUpToTheLimitAndNoMore) {
    const auto exports = [](std::size_t count) {
        Bytes body;
        append_leb128(body, count);
        for (std::size_t i = 0; i < count; ++i) body.insert(body.end(), {0, 0, 0});
        return binary_of(WasmKind::core_module, 7, body);
    };

    EXPECT_EQ(read_interface(exports(extern_names_max))->exports.size(), extern_names_max);

    const auto refused = read_interface(exports(extern_names_max + 1));
    EXPECT_EQ(refused.error().slug, Slug("wasm.names_exceeded"));
    EXPECT_EQ(refused.error().code, Errc::exhausted);
}

TEST(ComponentCorpus, ReadsModulesAndComponentsFromTheWild) {
    const auto folder = corpora_root() / "wasm-signed";
    WEFT_NEED_CORPUS(folder);

    const auto logger = read_whole_file(folder / "logger.wasm");
    const auto old_actor = read_interface(as_bytes(logger));
    ASSERT_TRUE(old_actor);
    EXPECT_EQ(old_actor->kind, WasmKind::core_module);
    EXPECT_TRUE(std::ranges::any_of(old_actor->imports,
                                    [](const auto& import) { return import.module == "wapc"; }));

    const auto hello = read_whole_file(folder / "hello_cpp.signed.wasm");
    const auto component = read_interface(as_bytes(hello));
    ASSERT_TRUE(component);
    EXPECT_EQ(component->kind, WasmKind::component);
    ASSERT_EQ(component->exports.size(), 1U);
    EXPECT_THAT(component->exports[0].name, HasSubstr("wasi:http/incoming-handler@0.2"));
    EXPECT_EQ(component->exports[0].sort, ExternSort::instance);
}

TEST(ComponentCorpus, ReadsEveryBinaryOfTheWasiTestSuite) {
    const auto folder = corpora_root() / "wasi-testsuite";
    WEFT_NEED_CORPUS(folder);
    int binaries = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".wasm") continue;
        const auto text = read_whole_file(entry.path());
        const auto read = read_interface(as_bytes(text));
        ASSERT_TRUE(read) << entry.path() << ": " << read.error().message;
        EXPECT_FALSE(read->exports.empty()) << entry.path();
        ++binaries;
    }
    EXPECT_GE(binaries, 100);
}

}  // namespace
}  // namespace weft::codec
