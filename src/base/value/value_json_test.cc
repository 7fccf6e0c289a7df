#include "base/value/value_json.h"

#include <gtest/gtest.h>

#include "base/core/random.h"
#include "base/value/arbitrary_test.h"
#include "base/value/wave.h"

namespace weft::value {
namespace {

Type list_of(Type element) { return Type::list(std::move(element)).value(); }
Type option_of(Type element) { return Type::option(std::move(element)).value(); }

std::string json_of(std::string_view wave, const Type& type) {
    const auto value = parse_wave(wave, type);
    EXPECT_TRUE(value) << wave;
    const auto json = to_json(*value, type);
    EXPECT_TRUE(json) << wave;
    return codec::write_json(*json);
}

TEST(ValueJson, ScalarsAreThemselves) {
    EXPECT_EQ(json_of("true", Type(Kind::bool_)), "true");
    EXPECT_EQ(json_of("9007199254740992", Type(Kind::u64)), "9007199254740992");
    EXPECT_EQ(json_of("18446744073709551615", Type(Kind::u64)), R"("18446744073709551615")");
    EXPECT_EQ(json_of("-9007199254740993", Type(Kind::s64)), R"("-9007199254740993")");
    EXPECT_EQ(json_of("-5", Type(Kind::s8)), "-5");
    EXPECT_EQ(json_of("0.5", Type(Kind::f32)), "0.5");
    EXPECT_EQ(json_of("1", Type(Kind::f64)), "1.0");
    EXPECT_EQ(json_of("nan", Type(Kind::f64)), "\"nan\"");
    EXPECT_EQ(json_of("-inf", Type(Kind::f32)), "\"-inf\"");
    EXPECT_EQ(json_of("'€'", Type(Kind::char_)), "\"€\"");
    EXPECT_EQ(json_of(R"("a\n")", Type(Kind::string)), R"("a\n")");
}

TEST(ValueJson, ContainersAreArraysAndObjects) {
    EXPECT_EQ(json_of("[1, 2]", list_of(Type(Kind::u8))), "[1,2]");
    EXPECT_EQ(json_of("[\"a\"]", list_of(Type(Kind::string))), "[\"a\"]");
    EXPECT_EQ(json_of("(1, 'a')", Type::tuple({Type(Kind::u8), Type(Kind::char_)}).value()),
              "[1,\"a\"]");
    const auto record = Type::record({{.name = "a", .type = Type(Kind::u8)},
                                      {.name = "b-c", .type = option_of(Type(Kind::u8))}})
                            .value();
    EXPECT_EQ(json_of("{a: 1}", record), R"({"a":1,"b-c":null})");
    EXPECT_EQ(json_of(R"({"k": 1})", Type::map(Type(Kind::string), Type(Kind::u8)).value()),
              R"({"k":1})");
    EXPECT_EQ(json_of("{7: true}", Type::map(Type(Kind::u8), Type(Kind::bool_)).value()),
              "[[7,true]]");
    EXPECT_EQ(json_of("{w}", Type::flags({"r", "w"}).value()), "[\"w\"]");
}

TEST(ValueJson, CasesAreNamesOrObjects) {
    const auto variant =
        Type::variant({{.name = "a", .type = {}}, {.name = "b", .type = Type(Kind::u8)}}).value();
    EXPECT_EQ(json_of("a", variant), "\"a\"");
    EXPECT_EQ(json_of("b(1)", variant), R"({"b":1})");
    EXPECT_EQ(json_of("x", Type::enumeration({"x"}).value()), "\"x\"");
    const auto result = Type::result(Type(Kind::u8), {}).value();
    EXPECT_EQ(json_of("ok(1)", result), R"({"ok":1})");
    EXPECT_EQ(json_of("err", result), R"({"err":null})");
}

TEST(ValueJson, OptionsInOptionsStayApart) {
    const auto nested = option_of(option_of(Type(Kind::u8)));
    EXPECT_EQ(json_of("none", nested), "null");
    EXPECT_EQ(json_of("some(none)", nested), R"({"some":null})");
    EXPECT_EQ(json_of("some(some(1))", nested), R"({"some":1})");
    EXPECT_EQ(json_of("1", option_of(Type(Kind::u8))), "1");
}

TEST(ValueJson, HasNothingForHandles) {
    EXPECT_EQ(to_json(Value::bytes({}), Type::own("r").value()).error().slug,
              Slug("wave.kind_unsupported"));
    EXPECT_EQ(to_json(Value::none(), Type(Kind::u8)).error().slug, Slug("value.form_wrong"));
}

TEST(ValueJson, EveryPrintableValueHasAForm) {
    SeededRandom random(51);
    Arbitrary arbitrary([&] { return random.next(); }, Arbitrary::Handles::no);
    for (int round = 0; round < 2000; ++round) {
        const auto type = arbitrary.type(5);
        const auto json = to_json(arbitrary.value(type), type);
        ASSERT_TRUE(json) << type_text(type) << ": " << json.error().message;
        EXPECT_TRUE(codec::parse_json(codec::write_json(*json)));
    }
}

}  // namespace
}  // namespace weft::value
