#include "base/codec/json.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Error parse_error(std::string_view text, JsonLimits limits = {}) {
    auto parsed = parse_json(text, limits);
    EXPECT_FALSE(parsed) << text;
    return parsed ? Error{Errc::internal, "test.no_error", ""} : std::move(parsed).error();
}

Json parsed(std::string_view text) {
    auto value = parse_json(text);
    EXPECT_TRUE(value) << text << ": " << (value ? "" : value.error().message);
    return value ? *std::move(value) : Json();
}

TEST(JsonParse, KeepsTypesAndOrder) {
    const Json json = parsed(R"( {"z":[1,-2,3.5,true,null],"a":"\u00e9\ud83d\ude00\n","m":{}} )");

    const auto* members = json.as_object();
    ASSERT_TRUE(members);
    ASSERT_EQ(members->size(), 3U);
    EXPECT_EQ((*members)[0].key, "z");
    EXPECT_EQ((*members)[1].key, "a");
    EXPECT_EQ(*json.find("z"), Json(Json::Array{1, -2, 3.5, true, nullptr}));
    EXPECT_EQ(*json.find("a"), Json("\xC3\xA9\xF0\x9F\x98\x80\n"));
    EXPECT_EQ(json.find("m")->kind(), Json::Kind::object);
}

TEST(JsonParse, ChoosesTheSmallestNumberKindThatHoldsTheValue) {
    EXPECT_EQ(parsed("9223372036854775807").kind(), Json::Kind::int64);
    EXPECT_EQ(parsed("-9223372036854775808").as_int(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(parsed("9223372036854775808").kind(), Json::Kind::uint64);
    EXPECT_EQ(parsed("18446744073709551615").as_uint(), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(parsed("18446744073709551616").kind(), Json::Kind::real);
    EXPECT_EQ(parsed("1.0").kind(), Json::Kind::real);
}

TEST(JsonParse, RoundsDoublesCorrectly) {
    EXPECT_EQ(parsed("0.1").as_double(), 0.1);
    EXPECT_EQ(parsed("1.7976931348623157e308").as_double(), std::numeric_limits<double>::max());
    EXPECT_EQ(parsed("9007199254740993.0").as_double(), 9007199254740992.0);
    EXPECT_EQ(parsed("5e-324").as_double(), std::numeric_limits<double>::denorm_min());
    EXPECT_EQ(parsed("1.2345678901234567e-10").as_double(), 1.2345678901234567e-10);
}

TEST(JsonParse, RefusesANumberOutsideOfADouble) {
    EXPECT_EQ(parse_error("[1e400]").slug, Slug("json.number_range"));
    EXPECT_EQ(parse_error("[-1e99999999999]").slug, Slug("json.number_range"));
}

TEST(JsonParse, RefusesADuplicateKeyAtItsPlace) {
    const Error error = parse_error("{\"a\": 1,\n \"b\": {\"a\": 2}, \"a\": 3}");

    EXPECT_EQ(error.code, Errc::corrupt);
    EXPECT_EQ(error.slug, Slug("json.key_duplicate"));
    EXPECT_THAT(error.message, StartsWith("line 2, column 1"));
    EXPECT_THAT(error.message, HasSubstr("key \"a\" occurs twice"));
}

TEST(JsonParse, ComparesKeysAfterTheirEscapes) {
    EXPECT_EQ(parse_error(R"({"a":1,"\u0061":2})").slug, Slug("json.key_duplicate"));
}

TEST(JsonParse, NamesLineAndColumnOfASyntaxError) {
    const Error error = parse_error("{\n  \"é\": 12]\n}");

    EXPECT_EQ(error.slug, Slug("json.syntax"));
    EXPECT_EQ(error.message, "line 2, column 10: unexpected ']'");
    EXPECT_EQ(parse_error("[1, 2").message, "line 1, column 6: the text ends too early");
    EXPECT_EQ(parse_error("[] x").message, "line 1, column 4: unexpected 'x'");
    EXPECT_THAT(parse_error("\"a\x1b\"").message, HasSubstr("U+001B"));
    EXPECT_THAT(parse_error(R"("\ud800")").message, StartsWith("line 1, column"));
}

TEST(JsonParse, RefusesInvalidUtf8AtItsPlace) {
    const Error error = parse_error("[\"a\xC0\xAF\"]");

    EXPECT_EQ(error.slug, Slug("json.utf8_invalid"));
    EXPECT_EQ(error.message, "line 1, column 4: byte 0xc0 is not valid UTF-8");
}

TEST(JsonParse, TakesDepthUpToTheLimitAndNoMore) {
    EXPECT_TRUE(parse_json("[[{}]]", {.depth_max = 3}));

    EXPECT_EQ(parse_error("[[{\"a\":[]}]]", {.depth_max = 3}).slug, Slug("json.depth_exceeded"));
    EXPECT_EQ(parse_error(std::string(1'000'000, '[')).code, Errc::exhausted);
}

TEST(JsonParse, TakesLengthUpToTheLimitAndNoMore) {
    EXPECT_TRUE(parse_json("[1]", {.bytes_max = 3}));

    EXPECT_EQ(parse_error("[12]", {.bytes_max = 3}).slug, Slug("json.text_too_long"));
}

TEST(JsonWrite, EscapesWhatATerminalOrParserCouldTakeForACommand) {
    EXPECT_EQ(write_json(Json("a\"\\\n\r\t\b\f\x1b\x7f")), R"("a\"\\\n\r\t\b\f\u001b\u007f")");
    EXPECT_EQ(write_json(Json("\xC2\x9B\xE2\x80\xA8\xE2\x80\xAE")), R"("\u009b\u2028\u202e")");
    EXPECT_EQ(write_json(Json("a\xFFz\xED\xA0\x80")),
              "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(write_json(Json(std::string_view("\0", 1))), R"("\u0000")");
    EXPECT_EQ(write_json(Json("é€😀")), "\"é€😀\"");
}

TEST(JsonWrite, RoundTripsNumbers) {
    for (const Json& number :
         {Json(0), Json(-1), Json(json_exact_max), Json(-json_exact_max), Json(1.0), Json(-0.0),
          Json(0.1), Json(1e300), Json(5e-324), Json(1e22)})
        EXPECT_EQ(parsed(write_json(number)), number) << write_json(number);
    EXPECT_EQ(write_json(Json(std::nan(""))), "null");
    EXPECT_EQ(write_json(Json(std::numeric_limits<double>::infinity())), "null");
}

TEST(JsonWrite, HasACompactAndAPrettyForm) {
    Json json;
    json.set("a", Json().push(1).push(Json::Object{})).set("b", true).set("a", Json::Array{2, "x"});

    EXPECT_EQ(write_json(json), R"({"a":[2,"x"],"b":true})");
    EXPECT_EQ(write_json_pretty(json), "{\n  \"a\": [\n    2,\n    \"x\"\n  ],\n  \"b\": true\n}");
    EXPECT_EQ(write_json_pretty(Json(Json::Array{})), "[]");
    EXPECT_EQ(parsed(write_json_pretty(json)), json);
}

TEST(JsonAccess, ReadsMembersByType) {
    const Json json = parsed(R"({"s":"x","i":-3,"b":false,"l":["p","q"],"o":{},"n":null})");

    EXPECT_EQ(json.get_string("s").value(), "x");
    EXPECT_EQ(json.get_int("i").value(), -3);
    EXPECT_EQ(json.get_bool("b").value(), false);
    EXPECT_THAT(json.get_strings("l").value(), ElementsAre("p", "q"));
    EXPECT_TRUE(json.get_object("o").value()->empty());
    EXPECT_EQ(json.get_array("l").value()->size(), 2U);
    EXPECT_EQ(json.find_string("s").value(), "x");
    EXPECT_EQ(json.find_int("i").value(), -3);
    EXPECT_EQ(json.find_bool("b").value(), false);
    EXPECT_EQ(json.find_strings("l").value()->size(), 2U);
    EXPECT_EQ(json.find_string("n").value(), std::nullopt);
    EXPECT_EQ(json.find_int("absent").value(), std::nullopt);
}

TEST(JsonWrite, IntegersThatADoubleCannotHoldAreStringsAndReadBack) {
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    const Json json =
        Json::Object{{"a", json_exact_max},  {"b", json_exact_max + 1},
                     {"c", -json_exact_max}, {"d", -json_exact_max - 1},
                     {"e", least},           {"f", std::numeric_limits<std::uint64_t>::max()}};

    const auto text = write_json(json);

    EXPECT_EQ(text, R"({"a":9007199254740992,"b":"9007199254740993","c":-9007199254740992,)"
                    R"("d":"-9007199254740993","e":"-9223372036854775808",)"
                    R"("f":"18446744073709551615"})");
    const Json again = parsed(text);
    EXPECT_EQ(again.get_int("b").value(), json_exact_max + 1);
    EXPECT_EQ(again.get_int("e").value(), least);
    EXPECT_EQ(again.find("f")->as_uint(), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(again.find("f")->as_int(), std::nullopt);
    EXPECT_EQ(again.find("b")->as_string()->size(), 16U);
    for (const auto* text_of_no_integer : {"12", "9007199254740992", "9007199254740993 ", "x", ""})
        EXPECT_EQ(Json(text_of_no_integer).as_int(), std::nullopt) << text_of_no_integer;
}

TEST(JsonAccess, TellsMissingFromMistyped) {
    const Json json = parsed(R"({"s":1.5,"l":["p",2],"big":18446744073709551615})");

    EXPECT_EQ(json.get_string("absent").error().slug, Slug("json.member_missing"));
    EXPECT_EQ(json.get_string("s").error().slug, Slug("json.member_type"));
    EXPECT_EQ(json.get_string("s").error().message, "member 's' must be a string, it is a number");
    EXPECT_EQ(json.get_int("big").error().slug, Slug("json.member_type"));
    EXPECT_EQ(json.get_strings("l").error().slug, Slug("json.member_type"));
    EXPECT_EQ(json.get_object("l").error().slug, Slug("json.member_type"));
    EXPECT_EQ(json.get_object("absent").error().slug, Slug("json.member_missing"));
    EXPECT_EQ(json.get_array("s").error().slug, Slug("json.member_type"));
    EXPECT_EQ(json.get_array("absent").error().slug, Slug("json.member_missing"));
    EXPECT_EQ(json.find_bool("s").error().slug, Slug("json.member_type"));
    EXPECT_EQ(Json(1).get_bool("x").error().code, Errc::not_found);
}

}  // namespace
}  // namespace weft::codec
