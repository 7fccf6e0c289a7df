#include <gtest/gtest.h>

#include "base/value/wave.h"

namespace weft::value {
namespace {

struct Wrong {
    std::string name;
    std::string text;
    Type type;
    std::string slug;
    std::string message;
};

class WrongWave : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongWave, IsRefusedWhereItIsWrong) {
    const auto refused = parse_wave(GetParam().text, GetParam().type);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    EXPECT_EQ(refused.error().slug.text(), GetParam().slug);
    EXPECT_EQ(refused.error().message, GetParam().message);
}

Type primitive(Kind kind) { return Type(kind); }
Type list() { return Type::list(Type(Kind::u32)).value(); }
Type pair() { return Type::tuple({Type(Kind::u8), Type(Kind::char_)}).value(); }
Type flags() { return Type::flags({"read", "write"}).value(); }
Type record() {
    return Type::record({{.name = "name", .type = Type(Kind::string)},
                         {.name = "size", .type = Type::option(Type(Kind::u8)).value()}})
        .value();
}
Type variant() {
    return Type::variant({{.name = "off", .type = {}},
                          {.name = "on", .type = Type(Kind::u8)},
                          {.name = "some", .type = {}}})
        .value();
}
Type nested() { return Type::option(Type::option(Type(Kind::u8)).value()).value(); }
Type result() { return Type::result({}, Type(Kind::string)).value(); }

const auto name_of = [](const auto& param) { return param.param.name; };

INSTANTIATE_TEST_SUITE_P(
    Scalars, WrongWave,
    ::testing::Values(
        Wrong{"nothing", "", primitive(Kind::bool_), "wave.syntax",
              "line 1, column 1: expected true or false, found the end"},
        Wrong{"comment_only", " // x", primitive(Kind::u8), "wave.syntax",
              "line 1, column 6: expected a number of type u8, found the end"},
        Wrong{"bool_marked", "%true", primitive(Kind::bool_), "wave.type_mismatch",
              "line 1, column 1: expected true or false, found the word 'true'"},
        Wrong{"bool_number", "1", primitive(Kind::bool_), "wave.type_mismatch",
              "line 1, column 1: expected true or false, found the number 1"},
        Wrong{"number_word", "seven", primitive(Kind::u8), "wave.type_mismatch",
              "line 1, column 1: expected a number of type u8, found the word 'seven'"},
        Wrong{"number_large", "256", primitive(Kind::u8), "wave.number_range",
              "line 1, column 1: '256' is not a whole number that fits in u8"},
        Wrong{"number_negative", "-1", primitive(Kind::u64), "wave.number_range",
              "line 1, column 1: '-1' is not a whole number that fits in u64"},
        Wrong{"number_fraction", "1.5", primitive(Kind::s32), "wave.number_range",
              "line 1, column 1: '1.5' is not a whole number that fits in s32"},
        Wrong{"number_exponent", "1e2", primitive(Kind::u32), "wave.number_range",
              "line 1, column 1: '1e2' is not a whole number that fits in u32"},
        Wrong{"number_zeros", "007", primitive(Kind::u32), "wave.trailing",
              "line 1, column 2: the number 0 follows the last value"},
        Wrong{"number_hex", "0x1f", primitive(Kind::u32), "wave.trailing",
              "line 1, column 2: the word 'x1f' follows the last value"},
        Wrong{"number_plus", "+1", primitive(Kind::u32), "wave.syntax",
              "line 1, column 1: expected a number of type u32, found '+'"},
        Wrong{"real_large", "1e309", primitive(Kind::f64), "wave.number_range",
              "line 1, column 1: '1e309' is too large or too near to zero for f64"},
        Wrong{"real_word", "infinity", primitive(Kind::f32), "wave.type_mismatch",
              "line 1, column 1: expected a number of type f32, found the word 'infinity'"},
        Wrong{"real_marked", "%inf", primitive(Kind::f32), "wave.type_mismatch",
              "line 1, column 1: expected a number of type f32, found the word 'inf'"},
        Wrong{"char_empty", "''", primitive(Kind::char_), "wave.char_invalid",
              "line 1, column 1: single quotes hold exactly one character or escape"},
        Wrong{"char_two", "'ab'", primitive(Kind::char_), "wave.char_invalid",
              "line 1, column 1: single quotes hold exactly one character or escape"},
        Wrong{"char_open", "'a", primitive(Kind::char_), "wave.char_invalid",
              "line 1, column 1: single quotes hold exactly one character or escape"},
        Wrong{"char_string", "\"a\"", primitive(Kind::char_), "wave.type_mismatch",
              "line 1, column 1: expected a character such as 'x', found a string"},
        Wrong{
            "char_escape", "'\\x'", primitive(Kind::char_), "wave.escape_invalid",
            R"(line 1, column 2: this is not an escape; there are \' \" \\ \t \n \r and \u{...})"},
        Wrong{"string_word", "hello", primitive(Kind::string), "wave.type_mismatch",
              "line 1, column 1: expected a string such as \"x\", found the word 'hello'"},
        Wrong{"string_open", " \"a\\\"", primitive(Kind::string), "wave.string_unclosed",
              "line 1, column 2: the string has no end: write '\"', with \\n for line feeds in it"},
        Wrong{"string_line", "\"a\nb\"", primitive(Kind::string), "wave.string_unclosed",
              "line 1, column 1: the string has no end: write '\"', with \\n for line feeds in it"},
        Wrong{
            "string_escape", "\"äb\\q\"", primitive(Kind::string), "wave.escape_invalid",
            R"(line 1, column 4: this is not an escape; there are \' \" \\ \t \n \r and \u{...})"},
        Wrong{
            "surrogate", R"("\u{d800}")", primitive(Kind::string), "wave.escape_invalid",
            R"(line 1, column 2: this is not an escape; there are \' \" \\ \t \n \r and \u{...})"},
        Wrong{
            "seven_digits", R"("\u{0000041}")", primitive(Kind::string), "wave.escape_invalid",
            R"(line 1, column 2: this is not an escape; there are \' \" \\ \t \n \r and \u{...})"},
        Wrong{
            "no_digits", R"("\u{}")", primitive(Kind::string), "wave.escape_invalid",
            R"(line 1, column 2: this is not an escape; there are \' \" \\ \t \n \r and \u{...})"},
        Wrong{"utf8", "\n\"a\xFF\"", primitive(Kind::string), "wave.utf8_invalid",
              "line 2, column 3: the text is not valid UTF-8 here"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Lines, WrongWave,
    ::testing::Values(
        Wrong{"no_break", "\"\"\"a\n\"\"\"", primitive(Kind::string), "wave.multiline_invalid",
              "line 1, column 4: a line break must follow the opening '\"\"\"' at once"},
        Wrong{"no_line", "\"\"\"\"\"\"", primitive(Kind::string), "wave.multiline_invalid",
              "line 1, column 4: a line break must follow the opening '\"\"\"' at once"},
        Wrong{"close_behind_text", "\"\"\"\na\"\"\"", primitive(Kind::string),
              "wave.multiline_invalid",
              "line 2, column 1: only blanks may stand before the closing '\"\"\"' on its line"},
        Wrong{"indent", "\"\"\"\n  a\n b\n  \"\"\"", primitive(Kind::string),
              "wave.multiline_invalid",
              "line 3, column 1: the line begins with fewer blanks than the closing '\"\"\"'"},
        Wrong{"open", "\"\"\"\na\n\"\"", primitive(Kind::string), "wave.string_unclosed",
              "line 1, column 1: the string has no end: write '\"\"\"' behind it"},
        Wrong{
            "escape", "\"\"\"\n\\\n\"\"\"", primitive(Kind::string), "wave.escape_invalid",
            R"(line 2, column 1: this is not an escape; there are \' \" \\ \t \n \r and \u{...})"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Containers, WrongWave,
    ::testing::Values(
        Wrong{"list_number", "7", list(), "wave.type_mismatch",
              "line 1, column 1: expected a list [...] of u32, found the number 7"},
        Wrong{"list_item", "[1, x]", list(), "wave.type_mismatch",
              "line 1, column 5: expected a number of type u32, found the word 'x'"},
        Wrong{"list_comma", "[1 2]", list(), "wave.syntax",
              "line 1, column 4: expected ',' or ']', found the number 2"},
        Wrong{"list_commas", "[1,,2]", list(), "wave.type_mismatch",
              "line 1, column 4: expected a number of type u32, found ','"},
        Wrong{"list_open", "[1,", list(), "wave.syntax",
              "line 1, column 4: expected a number of type u32, found the end"},
        Wrong{"list_closed_twice", "[1]]", list(), "wave.trailing",
              "line 1, column 4: ']' follows the last value"},
        Wrong{"byte", "[1, 256]", Type::list(Type(Kind::u8)).value(), "wave.number_range",
              "line 1, column 5: '256' is not a whole number that fits in u8"},
        Wrong{"fixed", "[1]", Type::fixed_list(Type(Kind::u8), 2).value(), "wave.size_wrong",
              "line 1, column 1: the list has 1 items, its type list<u8, 2>"},
        Wrong{"tuple_empty", "()", pair(), "wave.size_wrong",
              "line 1, column 1: the tuple must have 2 items, as in tuple<u8, char>"},
        Wrong{"tuple_long", "(1, 'a', 2)", pair(), "wave.size_wrong",
              "line 1, column 1: the tuple must have 2 items, as in tuple<u8, char>"},
        Wrong{"tuple_list", "[1, 'a']", pair(), "wave.type_mismatch",
              "line 1, column 1: expected a tuple (...) of 2 items, found '['"},
        Wrong{"record_empty", "{}", record(), "wave.syntax",
              "line 1, column 2: expected a field, or ':' for a record without any, found '}'"},
        Wrong{"record_colon", "{: x}", record(), "wave.syntax",
              "line 1, column 4: expected '}', found the word 'x'"},
        Wrong{"record_missing", "\n {size: 1}", record(), "wave.field_missing",
              "line 2, column 2: the record lacks its field 'name' of type string"},
        Wrong{"record_unknown", "{naem: \"\"}", record(), "wave.name_unknown",
              "line 1, column 2: there is no field 'naem'; there are name, size"},
        Wrong{"record_near", "{names: \"\"}", record(), "wave.name_unknown",
              "line 1, column 2: there is no field 'names'; did you mean 'name'?"},
        Wrong{"record_twice", "{name: \"\", name: \"\"}", record(), "wave.name_duplicate",
              "line 1, column 12: the field 'name' is given twice"},
        Wrong{"record_string", "{\"name\": \"\"}", record(), "wave.syntax",
              "line 1, column 2: expected the name of a field, found a string"},
        Wrong{"record_no_colon", "{name \"\"}", record(), "wave.syntax",
              "line 1, column 7: expected ':', found a string"},
        Wrong{"map_key", "{a: 1}", Type::map(Type(Kind::string), Type(Kind::u8)).value(),
              "wave.type_mismatch",
              "line 1, column 2: expected a string such as \"x\", found the word 'a'"},
        Wrong{"map_value", "{\"a\"}", Type::map(Type(Kind::string), Type(Kind::u8)).value(),
              "wave.syntax", "line 1, column 5: expected ':', found '}'"},
        Wrong{"flag_unknown", "{raed, exec}", flags(), "wave.name_unknown",
              "line 1, column 2: there is no flag 'raed'; there are read, write"},
        Wrong{"flag_twice", "{read, %read}", flags(), "wave.name_duplicate",
              "line 1, column 8: the flag 'read' is given twice"},
        Wrong{"flag_value", "{read: true}", flags(), "wave.syntax",
              "line 1, column 6: expected ',' or '}', found ':'"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Cases, WrongWave,
    ::testing::Values(
        Wrong{"unknown", "of", variant(), "wave.name_unknown",
              "line 1, column 1: there is no case 'of'; did you mean 'off'?"},
        Wrong{"number", "1", variant(), "wave.type_mismatch",
              "line 1, column 1: expected a case such as off, found the number 1"},
        Wrong{"payload_missing", "on", variant(), "wave.payload_wrong",
              "line 1, column 1: 'on' needs a value of type u8 in parentheses"},
        Wrong{"payload_needless", "off(1)", variant(), "wave.payload_wrong",
              "line 1, column 1: 'off' takes no value in parentheses"},
        Wrong{"payload_empty", "on()", variant(), "wave.type_mismatch",
              "line 1, column 4: expected a number of type u8, found ')'"},
        Wrong{"payload_two", "on(1, 2)", variant(), "wave.syntax",
              "line 1, column 5: expected ')', found ','"},
        Wrong{"keyword", "some", variant(), "wave.keyword_bare",
              "line 1, column 1: 'some' is a keyword here; the case is written '%some'"},
        Wrong{"keyword_other", "none", variant(), "wave.keyword_bare",
              "line 1, column 1: 'none' is a keyword here; there are off, on, some"},
        Wrong{"some_empty", "some", nested(), "wave.payload_wrong",
              "line 1, column 1: 'some' needs a value of type option<u8> in parentheses"},
        Wrong{"none_payload", "none(1)", nested(), "wave.payload_wrong",
              "line 1, column 1: 'none' takes no value in parentheses"},
        Wrong{"option_bare", "1", nested(), "wave.type_mismatch",
              "line 1, column 1: expected some(...) or none, of option<option<u8>>, found the "
              "number 1"},
        Wrong{"result_bare", "1", result(), "wave.type_mismatch",
              "line 1, column 1: expected ok or err, of result<_, string>, found the number 1"},
        Wrong{"result_payload", "ok(1)", result(), "wave.payload_wrong",
              "line 1, column 1: 'ok' takes no value in parentheses"},
        Wrong{"result_marked", "%ok", result(), "wave.type_mismatch",
              "line 1, column 1: expected ok or err, of result<_, string>, found the word 'ok'"}),
    name_of);

TEST(WrongWaveText, LongWordsAreCutInMessages) {
    const auto refused = parse_wave(std::string(5'000, 'a'), Type(Kind::u8));
    ASSERT_FALSE(refused);
    EXPECT_LT(refused.error().message.size(), 200U);
}

}  // namespace
}  // namespace weft::value
