#include "base/codec/yaml.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/codec/yaml_events_fixture.h"

namespace weft::codec {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Refused {
    Error error;
    Mark at;
};

Refused refused(std::string_view text, YamlLimits limits = {}) {
    Mark at;
    auto node = parse_yaml(text, limits, &at);
    EXPECT_FALSE(node) << text;
    if (node) return {{Errc::internal, "test.no_error", ""}, at};
    return {std::move(node).error(), at};
}

YamlNode parsed(std::string_view text) {
    auto node = parse_yaml(text);
    EXPECT_TRUE(node) << text << ": " << (node ? "" : node.error().message);
    return node ? *std::move(node) : YamlNode{};
}

TEST(Yaml, KeepsOrderStylesAndPlaces) {
    const YamlNode root = parsed("port: 8080\nname: \"8080\"\nlist:\n  - é: x\n  - 'b'\n");

    ASSERT_EQ(root.entries.size(), 3U);
    EXPECT_EQ(root.mark, (Mark{1, 1}));
    EXPECT_EQ(root.entries[0].key, "port");
    EXPECT_EQ(root.entries[1].key_mark, (Mark{2, 1}));
    EXPECT_EQ(root.find("port")->as_int(), 8080);
    EXPECT_EQ(root.find("port")->as_string(), nullptr);
    EXPECT_EQ(*root.find("name")->as_string(), "8080");
    EXPECT_EQ(root.find("name")->as_int(), std::nullopt);
    EXPECT_EQ(root.find("name")->mark, (Mark{2, 7}));
    const YamlNode& list = *root.find("list");
    ASSERT_EQ(list.items.size(), 2U);
    EXPECT_EQ(list.items[0].find("é")->mark, (Mark{4, 8}));
    EXPECT_EQ(list.items[1].mark, (Mark{5, 5}));
    EXPECT_EQ(list.find("é"), nullptr);
    EXPECT_EQ(root.find("absent"), nullptr);
}

TEST(Yaml, ReadsBlockScalarsAsStrings) {
    const YamlNode root = parsed("a: |\n  1\n  2\nb: >-\n  true\n");

    EXPECT_EQ(*root.find("a")->as_string(), "1\n2\n");
    EXPECT_EQ(*root.find("b")->as_string(), "true");
}

TEST(Yaml, GivesPlainScalarsTheTypesOfTheCoreSchema) {
    const auto scalar = [](std::string_view text) {
        return parsed("a: " + std::string(text)).entries.at(0).value;
    };
    for (const auto* text : {"", "~", "null", "Null", "NULL"})
        EXPECT_TRUE(scalar(text).is_null()) << text;
    for (const auto* text : {"true", "True", "TRUE"}) EXPECT_EQ(scalar(text).as_bool(), true);
    for (const auto* text : {"false", "False", "FALSE"}) EXPECT_EQ(scalar(text).as_bool(), false);
    for (const auto* text : {"yes", "no", "on", "tRue", "nUll", "0b1", "1_000", "1:30", "-", "+.",
                             "v1.0", "0x", "0o8", "1e", "0x-1", ".e1", "-0x1", ".nAn"}) {
        if (std::string_view(text) == "-") continue;  // begins a sequence
        EXPECT_TRUE(scalar(text).as_string()) << text;
        EXPECT_FALSE(scalar(text).as_double()) << text;
    }
    EXPECT_EQ(scalar("-12").as_int(), -12);
    EXPECT_EQ(scalar("+12").as_int(), 12);
    EXPECT_EQ(scalar("0o17").as_int(), 15);
    EXPECT_EQ(scalar("0xfF").as_int(), 255);
    EXPECT_EQ(scalar("007").as_int(), 7);
    EXPECT_EQ(scalar("9223372036854775808").as_int(), std::nullopt);
    EXPECT_EQ(scalar("9223372036854775808").as_string(), nullptr);
    EXPECT_EQ(scalar("1.5").as_double(), 1.5);
    EXPECT_EQ(scalar("+.5e1").as_double(), 5.0);
    EXPECT_EQ(scalar("1.").as_double(), 1.0);
    EXPECT_EQ(scalar("3").as_double(), 3.0);
    EXPECT_EQ(scalar("-.inf").as_double(), -INFINITY);
    EXPECT_EQ(scalar(".INF").as_double(), INFINITY);
    EXPECT_TRUE(std::isnan(scalar(".NaN").as_double().value()));
    EXPECT_EQ(scalar("1.5").as_int(), std::nullopt);
    EXPECT_EQ(scalar("[]").as_string(), nullptr);
    EXPECT_EQ(scalar("[]").as_bool(), std::nullopt);
}

TEST(Yaml, TakesTagsOfTheCoreSchema) {
    EXPECT_EQ(*parsed("!!str 8080").as_string(), "8080");
    EXPECT_EQ(*parsed("! 8080").as_string(), "8080");
    EXPECT_EQ(parsed("!!int \"7\"").as_int(), 7);
    EXPECT_EQ(parsed("!!float 7").as_double(), 7);
    EXPECT_EQ(parsed("!!bool true").as_bool(), true);
    EXPECT_TRUE(parsed("!!null ''").is_null());
    EXPECT_TRUE(parsed("!!map {}").is_mapping());
    EXPECT_TRUE(parsed("!!seq []").is_sequence());
}

TEST(Yaml, RefusesWhatConfigurationDoesNotNeedAtItsPlace) {
    const struct {
        std::string_view text;
        Slug slug;
        Mark at;
    } cases[] = {
        {"a: 1\nb: &x 2\n", "yaml.anchor_refused", {2, 7}},
        {"a: &x [1]\n", "yaml.anchor_refused", {1, 7}},
        {"a: 1\nb: *x\n", "yaml.alias_refused", {2, 5}},
        {"a:\n  <<: {b: 1}\n", "yaml.merge_key_refused", {2, 3}},
        {"a: !secret x\n", "yaml.tag_refused", {1, 12}},
        {"a: !!binary aGk=\n", "yaml.tag_refused", {1, 13}},
        {"a: !!int x\n", "yaml.tag_mismatch", {1, 10}},
        {"a: !!str [1]\n", "yaml.tag_mismatch", {1, 10}},
        {"a: !!map [1]\n", "yaml.tag_mismatch", {1, 10}},
        {"a: !!seq {}\n", "yaml.tag_mismatch", {1, 10}},
        {"a: !!bool 1\n", "yaml.tag_mismatch", {1, 11}},
        {"a: !!float x\n", "yaml.tag_mismatch", {1, 12}},
        {"a: !!null x\n", "yaml.tag_mismatch", {1, 11}},
        {"a: !!int {}\n", "yaml.tag_mismatch", {1, 10}},
        {"? [a]\n: b\n", "yaml.key_not_scalar", {1, 3}},
        {"a: 1\n\"a\": 2\n", "yaml.key_duplicate", {2, 1}},
        {"{a: 1, a: 2}", "yaml.key_duplicate", {1, 8}},
    };
    for (const auto& one : cases) {
        const auto result = refused(one.text);
        EXPECT_EQ(result.error.slug.text(), one.slug.text()) << one.text << result.error.message;
        EXPECT_EQ(result.at, one.at) << one.text << result.error.message;
        EXPECT_THAT(result.error.message,
                    StartsWith(fmt::format("line {}, column {}: ", one.at.line, one.at.column)));
    }
}

TEST(Yaml, TakesAMergeKeyInQuotesForAWord) { EXPECT_EQ(parsed("'<<': 1").find("<<")->as_int(), 1); }

TEST(Yaml, NamesThePlaceOfASyntaxError) {
    const auto result = refused("a: 1\nb: [1, 2\nc: 3\n");

    EXPECT_EQ(result.error.code, Errc::corrupt);
    EXPECT_EQ(result.error.slug, Slug("yaml.syntax"));
    EXPECT_EQ(result.at, (Mark{2, 4})) << "where the bracket is, not where the text ends";
    EXPECT_THAT(result.error.message, StartsWith("line 2, column 4: "));
    EXPECT_EQ(refused("a: [1]\nb: {c: [2, {d: 3}, 4\n").at, (Mark{2, 8}));
    EXPECT_EQ(refused("a: [1, }\n").at, (Mark{1, 8}));
}

TEST(Yaml, RefusesAnUnknownVersion) {
    EXPECT_EQ(refused("%YAML 0.2\n---\na: 1\n").error.slug, Slug("yaml.syntax"));
}

TEST(Yaml, RefusesBinaryAndInvalidUtf8) {
    const auto nul = refused(std::string_view("a: b\0c", 6));
    EXPECT_EQ(nul.error.slug, Slug("yaml.binary_input"));
    EXPECT_EQ(nul.at, (Mark{1, 5}));
    EXPECT_EQ(refused("a: \x1b[0m").error.slug, Slug("yaml.binary_input"));
    EXPECT_EQ(refused("\x7f").error.slug, Slug("yaml.binary_input"));
    const auto utf8 = refused("a: 1\nb: \xFF\n");
    EXPECT_EQ(utf8.error.slug, Slug("yaml.utf8_invalid"));
    EXPECT_EQ(utf8.at, (Mark{2, 4}));
}

TEST(Yaml, WantsExactlyOneDocument) {
    EXPECT_EQ(refused("").error.slug, Slug("yaml.document_missing"));
    EXPECT_EQ(refused("# only a comment\n").error.slug, Slug("yaml.document_missing"));
    const auto second = refused("a: 1\n---\nb: 2\n");
    EXPECT_EQ(second.error.slug, Slug("yaml.documents_several"));
    EXPECT_EQ(second.at, (Mark{3, 1}));
    EXPECT_TRUE(parsed("---\n").is_null());
}

TEST(Yaml, ReadsSeveralDocumentsUpToTheLimit) {
    const auto documents = parse_yaml_documents("1\n---\n2\n", {.documents_max = 2});
    ASSERT_TRUE(documents);
    ASSERT_EQ(documents->size(), 2U);
    EXPECT_EQ((*documents)[1].as_int(), 2);
    EXPECT_TRUE(parse_yaml_documents("")->empty());

    EXPECT_EQ(parse_yaml_documents("1\n---\n2\n", {.documents_max = 1}).error().slug,
              Slug("yaml.documents_exceeded"));
}

TEST(YamlLimits, TakesLengthDepthAndNodesUpToTheLimitAndNoMore) {
    EXPECT_TRUE(parse_yaml("a: 1", {.bytes_max = 4}));
    EXPECT_EQ(refused("a: 12", {.bytes_max = 4}).error.slug, Slug("yaml.text_too_long"));

    EXPECT_TRUE(parse_yaml("[{a: []}]", {.depth_max = 3}));
    EXPECT_EQ(refused("[{a: [{}]}]", {.depth_max = 3}).error.slug, Slug("yaml.depth_exceeded"));

    EXPECT_TRUE(parse_yaml("[1, 2]", {.nodes_max = 3}));
    EXPECT_EQ(refused("[1, 2, 3]", {.nodes_max = 3}).error.slug, Slug("yaml.nodes_exceeded"));
}

TEST(YamlLimits, StopEarlyAtOneMegabyteOfNesting) {
    const std::size_t bytes = YamlLimits{}.bytes_max;
    std::string dashes;
    while (dashes.size() + 2 <= bytes) dashes += "- ";

    for (const auto& text : {std::string(bytes, '['), std::string(bytes, '{'), dashes}) {
        const auto result = refused(text);
        EXPECT_EQ(result.error.slug, Slug("yaml.depth_exceeded")) << result.error.message;
        EXPECT_EQ(result.at.line, 1U);
        EXPECT_LE(result.at.column, 1033U) << "read on far past the limit";
    }
}

TEST(YamlLimits, TakesBlankLinesUpToTheLimitAndNoMore) {
    for (const std::string_view line : {"\n", " \n", " \t\n", "\r\n", "\r"}) {
        std::string text = "|\n";
        for (int i = 0; i < 3; ++i) text += line;
        EXPECT_TRUE(parse_yaml(text, {.blank_lines_max = 3}));

        const auto result = refused(text + std::string(line), {.blank_lines_max = 3});

        EXPECT_EQ(result.error.slug, Slug("yaml.blank_lines_exceeded"));
    }
    EXPECT_TRUE(parse_yaml("a: 1\n\nb: 2\n\nc: 3\n\n", {.blank_lines_max = 1}));
}

TEST(YamlEvents, ReportASyntaxError) {
    EXPECT_EQ(yaml_events("[").error().slug, Slug("yaml.syntax"));
    EXPECT_EQ(yaml_events("").value(), "+STR\n-STR\n");
}

}  // namespace
}  // namespace weft::codec
