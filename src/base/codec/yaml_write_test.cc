#include "base/codec/yaml_write.h"

#include <gtest/gtest.h>

namespace weft::codec {
namespace {

/// Compares what counts after a round trip: kinds, types, texts, keys.
void expect_same(const YamlNode& a, const YamlNode& b) {
    ASSERT_EQ(a.kind, b.kind);
    ASSERT_EQ(a.as_string() != nullptr, b.as_string() != nullptr) << a.text;
    ASSERT_EQ(a.text, b.text);
    ASSERT_EQ(a.items.size(), b.items.size());
    ASSERT_EQ(a.entries.size(), b.entries.size());
    for (std::size_t i = 0; i < a.items.size(); ++i) expect_same(a.items[i], b.items[i]);
    for (std::size_t i = 0; i < a.entries.size(); ++i) {
        ASSERT_EQ(a.entries[i].key, b.entries[i].key);
        expect_same(a.entries[i].value, b.entries[i].value);
    }
}

TEST(YamlWrite, WritesBlocksThatAPersonCanEdit) {
    const YamlNode root = yaml_mapping({
        yaml_entry("version", yaml_plain("1")),
        yaml_entry("issuers",
                   yaml_sequence({yaml_mapping({
                                      yaml_entry("key", yaml_string("AB12")),
                                      yaml_entry("grants", yaml_sequence({yaml_string("wasi:http"),
                                                                          yaml_string("a b")})),
                                      yaml_entry("note", yaml_string("yes")),
                                  }),
                                  yaml_sequence({})})),
        yaml_entry("empty", yaml_mapping({})),
    });

    EXPECT_EQ(write_yaml(root),
              "version: 1\n"
              "issuers:\n"
              "  - key: AB12\n"
              "    grants:\n"
              "      - wasi:http\n"
              "      - \"a b\"\n"
              "    note: \"yes\"\n"
              "  - []\n"
              "empty: {}\n");
}

TEST(YamlWrite, RoundTripsEveryStringAsAString) {
    for (const std::string_view text : {"",
                                        " ",
                                        "a",
                                        "8080",
                                        "true",
                                        "null",
                                        "~",
                                        "yes",
                                        "N",
                                        "a:",
                                        "a: b",
                                        "a #b",
                                        "#a",
                                        "- a",
                                        "[a]",
                                        "{a}",
                                        "*a",
                                        "&a",
                                        "!a",
                                        "|",
                                        ">",
                                        "%a",
                                        "@a",
                                        "`a",
                                        "'",
                                        "\"",
                                        "\\",
                                        "a\nb",
                                        "a\tb",
                                        "\x1b[31m",
                                        "<<",
                                        "---",
                                        "...",
                                        "0x1F",
                                        "1.5",
                                        ".inf",
                                        "a\\nb",
                                        "é€😀",
                                        "\xE2\x80\xA8",
                                        "\xEF\xBB\xBF",
                                        "wasi:http/types@0.2.0",
                                        "a,b",
                                        "? a",
                                        "a\r\nb",
                                        " a "}) {
        const YamlNode node = yaml_mapping({yaml_entry(text, yaml_sequence({yaml_string(text)}))});

        const auto again = parse_yaml(write_yaml(node));

        ASSERT_TRUE(again) << write_yaml(node) << again.error().message;
        expect_same(node, *again);
    }
}

TEST(YamlWrite, KeepsTypesOfPlainScalarsAndQuotesAnUnsafePlainText) {
    const YamlNode node = yaml_sequence({yaml_plain("8080"), yaml_plain("true"), yaml_plain("1.5"),
                                         yaml_plain("~"), yaml_plain("a: b\n- c")});

    const auto again = parse_yaml(write_yaml(node));

    ASSERT_TRUE(again) << write_yaml(node);
    expect_same(node, *again);
    EXPECT_EQ(write_yaml(yaml_plain("")), "null\n");
}

TEST(YamlWrite, ReplacesInvalidUtf8) {
    EXPECT_EQ(write_yaml(yaml_string("a\xFF")), "\"a\xEF\xBF\xBD\"\n");
}

}  // namespace
}  // namespace weft::codec
