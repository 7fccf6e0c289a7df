#include "base/value/wave.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/core/random.h"
#include "base/value/arbitrary_test.h"
#include "base/value/wire.h"

namespace weft::value {
namespace {

Type list_of(Type element) { return Type::list(std::move(element)).value(); }
Type option_of(Type element) { return Type::option(std::move(element)).value(); }

Value parsed(std::string_view text, const Type& type) {
    auto value = parse_wave(text, type);
    EXPECT_TRUE(value) << text << ": " << value.error().message;
    return value ? *std::move(value) : Value::none();
}

/// What the text says, in the form that is printed.
std::string normal(std::string_view text, const Type& type) {
    const auto value = parsed(text, type);
    auto out = print_wave(value, type);
    EXPECT_TRUE(out) << text;
    return out.value_or("?");
}

TEST(Wave, Bools) {
    EXPECT_EQ(parsed("true", Type(Kind::bool_)), Value::boolean(true));
    EXPECT_EQ(parsed("false", Type(Kind::bool_)), Value::boolean(false));
}

TEST(Wave, Integers) {
    EXPECT_EQ(parsed("255", Type(Kind::u8)), Value::unsigned_number(255));
    EXPECT_EQ(parsed("-128", Type(Kind::s8)), Value::signed_number(-128));
    EXPECT_EQ(parsed("-0", Type(Kind::s8)), Value::signed_number(0));
    EXPECT_EQ(parsed("18446744073709551615", Type(Kind::u64)), Value::unsigned_number(~0ULL));
    EXPECT_EQ(normal("-9223372036854775808", Type(Kind::s64)), "-9223372036854775808");
}

TEST(Wave, Reals) {
    EXPECT_EQ(parsed("3.25", Type(Kind::f64)), Value::real64(3.25));
    EXPECT_EQ(parsed("6.022e+23", Type(Kind::f64)), Value::real64(6.022e23));
    EXPECT_EQ(parsed("1E2", Type(Kind::f32)), Value::real32(100));
    EXPECT_EQ(parsed("-0", Type(Kind::f64)), Value::real64(-0.0));
    EXPECT_EQ(parsed("0.1", Type(Kind::f32)), Value::real32(0.1F));
    EXPECT_EQ(parsed("5e-324", Type(Kind::f64)), Value::real64(5e-324));
    EXPECT_EQ(parsed("inf", Type(Kind::f32)), Value::real32(INFINITY));
    EXPECT_EQ(parsed("-inf", Type(Kind::f64)), Value::real64(-INFINITY));
    EXPECT_EQ(parsed("nan", Type(Kind::f64)), Value::real64(NAN));
    EXPECT_EQ(normal("7", Type(Kind::f64)), "7");
    EXPECT_EQ(normal("-0.0", Type(Kind::f64)), "-0");
}

TEST(Wave, Characters) {
    const Type type(Kind::char_);
    EXPECT_EQ(parsed("'x'", type), Value::character(U'x'));
    EXPECT_EQ(parsed("'☃'", type), Value::character(U'☃'));
    EXPECT_EQ(parsed("'\"'", type), Value::character(U'"'));
    EXPECT_EQ(parsed(R"('\'')", type), Value::character(U'\''));
    EXPECT_EQ(parsed(R"('\\')", type), Value::character(U'\\'));
    EXPECT_EQ(parsed(R"('\u{0}')", type), Value::character(0));
    EXPECT_EQ(parsed(R"('\u{10FFff}')", type), Value::character(0x10FFFF));
    EXPECT_EQ(normal("'\"'", type), R"('\"')");
    EXPECT_EQ(normal("'\t'", type), R"('\t')");
}

TEST(Wave, Strings) {
    const Type type(Kind::string);
    EXPECT_EQ(parsed(R"("")", type), Value::string(""));
    EXPECT_EQ(parsed(R"("abc\t123 'x' // no comment")", type),
              Value::string("abc\t123 'x' // no comment"));
    EXPECT_EQ(parsed(R"("\"\\\u{1F600}\n\r")", type), Value::string("\"\\😀\n\r"));
    EXPECT_EQ(normal("\"\x1b[2J\xE2\x80\xAE\"", type), R"("\u{1b}[2J\u{202e}")");
}

TEST(Wave, StringsOfSeveralLines) {
    const Type type(Kind::string);
    EXPECT_EQ(parsed("\"\"\"\n\"\"\"", type), Value::string(""));
    EXPECT_EQ(parsed("\"\"\"\nA single line\n\"\"\"", type), Value::string("A single line"));
    EXPECT_EQ(parsed("\"\"\"\n    one\n      two\n  \"\"\"", type),
              Value::string("  one\n    two"));
    EXPECT_EQ(parsed("\"\"\"\r\n  a\r\n  \r\n  b\\r\r\n  \"\"\"", type), Value::string("a\n\nb\r"));
    EXPECT_EQ(parsed("\"\"\"\n  ''\"\"\\\"\"\n  \"\"\"", type), Value::string("''\"\"\"\""));
}

TEST(Wave, Lists) {
    EXPECT_EQ(parsed("[]", list_of(Type(Kind::char_))), Value::items({}));
    EXPECT_EQ(parsed("['a', 'b',]", list_of(Type(Kind::char_))),
              Value::items({Value::character(U'a'), Value::character(U'b')}));
    EXPECT_EQ(parsed("[0,255 ,1]", list_of(Type(Kind::u8))), Value::bytes({0, 255, 1}));
    EXPECT_EQ(normal("[1,2,]", Type::fixed_list(Type(Kind::u8), 2).value()), "[1, 2]");
}

TEST(Wave, Tuples) {
    const auto type = Type::tuple({Type(Kind::u8), Type(Kind::string)}).value();
    EXPECT_EQ(parsed("(1, \"a\",)", type),
              Value::items({Value::unsigned_number(1), Value::string("a")}));
    EXPECT_EQ(normal("( 1 ,\"a\" )", type), "(1, \"a\")");
}

Type record() {
    return Type::record({{.name = "must-have", .type = Type(Kind::u8)},
                         {.name = "optional", .type = option_of(Type(Kind::u8))}})
        .value();
}

TEST(Wave, Records) {
    EXPECT_EQ(normal("{must-have: 123}", record()), "{must-have: 123}");
    EXPECT_EQ(normal("{optional: none, must-have: 123,}", record()), "{must-have: 123}");
    EXPECT_EQ(normal("{%optional: 7, %must-have: 1}", record()),
              "{must-have: 1, optional: some(7)}");
    const auto all_optional =
        Type::record({{.name = "true", .type = option_of(Type(Kind::u8))}}).value();
    EXPECT_EQ(normal("{:}", all_optional), "{:}");
    EXPECT_EQ(normal("{ : }", all_optional), "{:}");
    EXPECT_EQ(normal("{true: none}", all_optional), "{:}");
    EXPECT_EQ(normal("{true: 1}", all_optional), "{true: some(1)}");
}

TEST(Wave, Maps) {
    const auto map = Type::map(Type(Kind::string), Type(Kind::u32)).value();
    EXPECT_EQ(normal("{}", map), "{}");
    EXPECT_EQ(normal("{:}", map), "{}");
    EXPECT_EQ(normal(R"({"a": 1, "b": 2, "\u{61}": 3,})", map), R"({"a": 3, "b": 2})");
    const auto bools = Type::map(Type(Kind::bool_), list_of(Type(Kind::u8))).value();
    EXPECT_EQ(normal("{true: [1, 2], false: []}", bools), "{true: [1, 2], false: []}");
}

TEST(Wave, Flags) {
    const auto flags = Type::flags({"read", "write", "ok"}).value();
    EXPECT_EQ(normal("{}", flags), "{}");
    EXPECT_EQ(normal("{ok, read,}", flags), "{read, ok}");
    EXPECT_EQ(normal("{%write}", flags), "{write}");
}

Type variant() {
    return Type::variant({{.name = "empty", .type = {}},
                          {.name = "body", .type = list_of(Type(Kind::u8))},
                          {.name = "err", .type = Type(Kind::string)},
                          {.name = "none", .type = {}}})
        .value();
}

TEST(Wave, VariantsAndEnums) {
    EXPECT_EQ(normal("empty", variant()), "empty");
    EXPECT_EQ(normal("%body ( [79, 75] )", variant()), "body([79, 75])");
    EXPECT_EQ(normal("%err(\"oops\")", variant()), "%err(\"oops\")");
    EXPECT_EQ(normal("%none", variant()), "%none");
    EXPECT_EQ(normal("not-found", Type::enumeration({"ok", "not-found"}).value()), "not-found");
    EXPECT_EQ(normal("%ok", Type::enumeration({"ok", "not-found"}).value()), "%ok");
}

TEST(Wave, Options) {
    const auto option = option_of(Type(Kind::u8));
    EXPECT_EQ(normal("some(1)", option), "some(1)");
    EXPECT_EQ(normal("1", option), "some(1)");
    EXPECT_EQ(normal("none", option), "none");
    EXPECT_EQ(normal("some(some(1))", option_of(option)), "some(some(1))");
}

TEST(Wave, AnOptionOfAVariantTellsItsWordsFromTheKeywords) {
    const auto option = option_of(variant());
    EXPECT_EQ(normal("none", option), "none");
    EXPECT_EQ(normal("%none", option), "some(%none)");
    EXPECT_EQ(normal("some(%none)", option), "some(%none)");
    EXPECT_EQ(normal("empty", option), "some(empty)");
}

TEST(Wave, Results) {
    const auto both = Type::result(Type(Kind::u8), Type(Kind::string)).value();
    EXPECT_EQ(normal("ok(1)", both), "ok(1)");
    EXPECT_EQ(normal("1", both), "ok(1)");
    EXPECT_EQ(normal("err(\"why\")", both), "err(\"why\")");
    const auto neither = Type::result({}, {}).value();
    EXPECT_EQ(normal("ok", neither), "ok");
    EXPECT_EQ(normal("err", neither), "err");
    EXPECT_EQ(normal("ok(none)", Type::result(option_of(Type(Kind::u8)), {}).value()), "ok(none)");
}

TEST(Wave, BlanksAndCommentsStandAnywhereBetweenTokens) {
    EXPECT_EQ(
        normal("\t// before\n{ // in\r\n must-have // the name\n : 1 // it\n} // end", record()),
        "{must-have: 1}");
    EXPECT_EQ(normal("[1//\n,//]\n2]", list_of(Type(Kind::u32))), "[1, 2]");
}

TEST(Wave, RoundTripsEveryValue) {
    SeededRandom random(31);
    Arbitrary arbitrary([&] { return random.next(); }, Arbitrary::Handles::no);
    for (int round = 0; round < 5000; ++round) {
        const auto type = arbitrary.type(5);
        const auto value = arbitrary.value(type);
        const auto text = print_wave(value, type);
        ASSERT_TRUE(text) << type_text(type) << ": " << text.error().message;

        const auto again = parse_wave(*text, type);

        ASSERT_TRUE(again) << type_text(type) << " " << *text << ": " << again.error().message;
        EXPECT_EQ(*again, value) << type_text(type) << " " << *text;
        EXPECT_FALSE(text->contains('\n'));
    }
}

TEST(Wave, RoundTripsAsDeepAsTypesGo) {
    Type type(Kind::bool_);
    Value value = Value::boolean(true);
    while (type.depth() < Type::depth_max) {
        type = Type::tuple({type}).value();
        value = Value::items({value});
    }
    EXPECT_EQ(parsed(print_wave(value, type).value(), type), value);
    Bytes bytes;
    ASSERT_TRUE(encode(value, type, bytes));
    EXPECT_EQ(decode(bytes, type).value(), value);
}

TEST(Wave, RefusesEveryPrefixThatEndsInAContainer) {
    const auto type = Type::tuple({list_of(record()), variant()}).value();
    const std::string text = R"(([{must-have: 1}, {must-have: 2, optional: 3}], %err("a\n")))";
    ASSERT_TRUE(parse_wave(text, type));
    for (std::size_t length = 0; length < text.size(); ++length)
        EXPECT_FALSE(parse_wave(text.substr(0, length), type)) << text.substr(0, length);
}

TEST(Wave, HasNoNotationForHandles) {
    const auto own = Type::own("bucket").value();
    for (const auto& type : {own, Type::borrow("bucket").value(), Type::stream(own).value(),
                             Type::future({}).value(), Type(Kind::error_context)}) {
        EXPECT_FALSE(has_wave_notation(type));
        EXPECT_FALSE(has_wave_notation(list_of(type)));
        EXPECT_EQ(parse_wave("1", type).error().slug, Slug("wave.kind_unsupported"));
    }
    EXPECT_TRUE(has_wave_notation(record()));
    EXPECT_TRUE(has_wave_notation(variant()));
    EXPECT_EQ(print_wave(Value::bytes({1}), own).error().slug, Slug("wave.kind_unsupported"));
    EXPECT_EQ(print_wave(Value::items({Value::bytes({1})}), list_of(own)).error().code,
              Errc::unsupported);
}

TEST(Wave, PrintsOnlyWhatConforms) {
    EXPECT_EQ(print_wave(Value::unsigned_number(256), Type(Kind::u8)).error().slug,
              Slug("value.number_range"));
}

TEST(Wave, CountsValues) {
    const auto type = list_of(record());
    EXPECT_TRUE(parse_wave("[{must-have: 1}]", type, {.nodes_max = 4}));

    const auto refused = parse_wave("[{must-have: 1}]", type, {.nodes_max = 3});

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("wave.nodes_exceeded"));
    EXPECT_EQ(refused.error().code, Errc::exhausted);
}

TEST(Wave, TakesLengthUpToTheLimitAndNoMore) {
    EXPECT_TRUE(parse_wave("123", Type(Kind::u8), {.bytes_max = 3}));
    EXPECT_EQ(parse_wave("123 ", Type(Kind::u8), {.bytes_max = 3}).error().slug,
              Slug("wave.text_too_long"));
}

}  // namespace
}  // namespace weft::value
