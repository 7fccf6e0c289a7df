#include "base/codec/yaml_quoted.h"

#include <gtest/gtest.h>

#include "base/codec/json.h"
#include "base/codec/yaml.h"

namespace weft::codec {
namespace {

TEST(YamlSingleQuoted, ResolvesQuotesAndFoldsLines) {
    const struct {
        std::string_view raw;
        std::string_view text;
    } cases[] = {
        {"", ""},
        {"''", "'"},
        {"'''' tail", "'' tail"},
        {"a '''' b ''c''", "a '' b 'c'"},
        {" a  \n\t b\n\n c\r\n\r\n\r\nd ", " a b\nc\n\nd "},
        {"\n a\n", " a "},
        {"\n\n", "\n"},
        {" ", " "},
        {"a\\\nb", "a\\ b"},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(unfold_single_quoted(one.raw), one.text);
        const auto parsed = parse_yaml("'" + std::string(one.raw) + "'");
        ASSERT_TRUE(parsed) << one.raw;
        EXPECT_EQ(parsed->text, one.text) << "through the parser";
    }
}

TEST(YamlDoubleQuoted, ResolvesEscapesAndFoldsLines) {
    const struct {
        std::string_view raw;
        std::string_view text;
    } cases[] = {
        {"", ""},
        {R"(\0\a\b\t\n\v\f\r\e\"\/\\\ \N\_\L\P)",
         std::string_view("\0\a\b\t\n\v\f\r\x1b\"/\\ \xC2\x85\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9",
                          23)},
        {R"(\x41b\u00e9f\U0001F600)",
         "Ab\xC3\xA9"
         "f\xF0\x9F\x98\x80"},
        {R"(\ud83d\ude00\u0041)",
         "\xF0\x9F\x98\x80"
         "A"},
        {" a  \n\t b\n\n c\r\n\r\n\r\nd ", " a b\nc\n\nd "},
        {"a\\ \n b", "a  b"},
        {"a\\t \n b", "a\t b"},
        {"a \\\n  b", "a b"},
        {"a\\\n\n\n b", "a\n\nb"},
        {"a\n  \\ b", "a  b"},
        {"a\\\\\n b", "a\\ b"},
        {"\\ \nI\n \n\n f", "  I\n\nf"},
        {"\n a\n", " a "},
        {"it's", "it's"},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(write_json(unfold_double_quoted(one.raw)), write_json(one.text)) << one.raw;
        const auto parsed = parse_yaml("\"" + std::string(one.raw) + "\"");
        ASSERT_TRUE(parsed) << one.raw << ": " << parsed.error().message;
        EXPECT_EQ(write_json(parsed->text), write_json(one.text)) << "through the parser";
    }
}

TEST(YamlDoubleQuoted, RefusesAnEscapeThatIsNone) {
    for (const std::string_view raw : {"\\q", "\\x4", "\\ud800", "\\ud800x", "\\U00110000"})
        EXPECT_FALSE(parse_yaml("\"" + std::string(raw) + "\"")) << raw;
}

}  // namespace
}  // namespace weft::codec
