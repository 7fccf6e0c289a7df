#include "base/value/value.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/core/random.h"
#include "base/value/arbitrary_test.h"

namespace weft::value {
namespace {

TEST(Value, EqualsByContent) {
    EXPECT_EQ(Value::real64(std::nan("1")), Value::real64(-std::nan("2")));
    EXPECT_NE(Value::real32(0.0F), Value::real32(-0.0F));
    EXPECT_NE(Value::unsigned_number(1), Value::signed_number(1));
    EXPECT_EQ(Value::some(Value::string("a")), Value::choice(1, Value::string("a")));
    EXPECT_NE(Value::some(Value::string("a")), Value::some(Value::string("b")));
    EXPECT_NE(Value::none(), Value::choice(1));
}

TEST(Value, GivesWhatItHoldsAndNothingElse) {
    const auto number = Value::signed_number(-7);
    EXPECT_EQ(number.form(), Value::Form::signed_number);
    EXPECT_EQ(number.as_signed(), -7);
    EXPECT_EQ(number.as_unsigned(), std::nullopt);
    EXPECT_EQ(number.as_items(), nullptr);
    EXPECT_EQ(Value::real32(1.5F).as_real32(), 1.5F);
    EXPECT_EQ(Value::real32(1.5F).as_real64(), std::nullopt);
    EXPECT_EQ(Value::real64(1.5).as_real64(), 1.5);
    EXPECT_EQ(Value::real64(1.5).as_real32(), std::nullopt);
    EXPECT_EQ(Value::boolean(true).as_bool(), true);
    EXPECT_EQ(Value::character(U'x').as_character(), U'x');
    EXPECT_EQ(*Value::bytes({1, 2}).as_bytes(), (Bytes{1, 2}));
    EXPECT_EQ(Value::flags({true, false}).as_flags()->size(), 2U);
}

TEST(Conforms, AcceptsEveryValueMadeForAType) {
    SeededRandom random(12);
    Arbitrary arbitrary([&] { return random.next(); }, Arbitrary::Handles::yes);
    for (int round = 0; round < 3000; ++round) {
        const auto type = arbitrary.type();
        const auto value = arbitrary.value(type);
        const auto verdict = conforms(value, type);
        EXPECT_TRUE(verdict) << type_text(type) << ": " << verdict.error().message;
    }
}

struct Wrong {
    std::string name;
    Value value;
    Type type;
    std::string slug;
    std::string message;
};

class WrongValue : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongValue, IsRefusedWithItsPlace) {
    const auto refused = conforms(GetParam().value, GetParam().type);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug.text(), GetParam().slug);
    EXPECT_EQ(refused.error().message, GetParam().message);
}

Type record() {
    return Type::record({{.name = "a", .type = Type(Kind::u8)},
                         {.name = "b", .type = Type::list(Type(Kind::s16)).value()}})
        .value();
}

Type variant() {
    return Type::variant({{.name = "x", .type = {}}, {.name = "y", .type = Type(Kind::char_)}})
        .value();
}

Value numbers(std::int64_t value) { return Value::items({Value::signed_number(value)}); }

INSTANTIATE_TEST_SUITE_P(
    All, WrongValue,
    ::testing::Values(
        Wrong{"form", Value::boolean(true), Type(Kind::u8), "value.form_wrong",
              "it is not of type u8"},
        Wrong{"sign", Value::unsigned_number(1), Type(Kind::s64), "value.form_wrong",
              "it is not of type s64"},
        Wrong{"unsigned", Value::unsigned_number(256), Type(Kind::u8), "value.number_range",
              "256 does not fit in u8"},
        Wrong{"signed", Value::signed_number(-129), Type(Kind::s8), "value.number_range",
              "-129 does not fit in s8"},
        Wrong{"signed_above", Value::signed_number(0x8000'0000), Type(Kind::s32),
              "value.number_range", "2147483648 does not fit in s32"},
        Wrong{"real", Value::real64(1), Type(Kind::f32), "value.form_wrong",
              "it is not of type f32"},
        Wrong{"surrogate", Value::character(0xD800), Type(Kind::char_), "value.text_invalid",
              "U+D800 is not a Unicode scalar value"},
        Wrong{"beyond", Value::character(0x110000), Type(Kind::char_), "value.text_invalid",
              "U+110000 is not a Unicode scalar value"},
        Wrong{"utf8", Value::string("\xFF"), Type(Kind::string), "value.text_invalid",
              "the string is not valid UTF-8"},
        Wrong{"bytes", Value::items({}), Type::list(Type(Kind::u8)).value(), "value.form_wrong",
              "it is not of type list<u8>"},
        Wrong{"handle", Value::items({}), Type::own("r").value(), "value.form_wrong",
              "it is not of type own<r>"},
        Wrong{"fixed", Value::items({}), Type::fixed_list(Type(Kind::s8), 2).value(),
              "value.size_wrong", "it has 0 items, its type 2"},
        Wrong{"field_missing", numbers(1), record(), "value.size_wrong",
              "it has 1 items, its type 2"},
        Wrong{"field", Value::items({Value::unsigned_number(1), numbers(40'000)}), record(),
              "value.number_range", "b[0]: 40000 does not fit in s16"},
        Wrong{"tuple", Value::items({numbers(1)}),
              Type::tuple({Type::list(Type(Kind::bool_)).value()}).value(), "value.form_wrong",
              "[0][0]: it is not of type bool"},
        Wrong{"case", Value::choice(2), variant(), "value.case_unknown", "there is no case 2 of 2"},
        Wrong{"payload", Value::choice(0, Value::boolean(true)), variant(), "value.payload_wrong",
              "case 0 has no payload"},
        Wrong{"payload_missing", Value::choice(1), variant(), "value.payload_wrong",
              "case 1 has a payload"},
        Wrong{"payload_form", Value::choice(1, Value::boolean(true)), variant(), "value.form_wrong",
              "y: it is not of type char"},
        Wrong{"some", Value::some(Value::boolean(true)), Type::option(Type(Kind::u8)).value(),
              "value.form_wrong", "payload: it is not of type u8"},
        Wrong{"flags", Value::flags({true}), Type::flags({"a", "b"}).value(), "value.size_wrong",
              "it has 1 flags, its type 2"},
        Wrong{"key_twice",
              Value::items({Value::items({Value::string("k"), Value::boolean(true)}),
                            Value::items({Value::string("k"), Value::boolean(false)})}),
              Type::map(Type(Kind::string), Type(Kind::bool_)).value(), "value.key_duplicate",
              "[1]: a key of the map is there twice"},
        Wrong{"nothing", Value::items({numbers(1)}), Type::stream({}).value(), "value.form_wrong",
              "[0]: an item of a stream of nothing has no items"},
        Wrong{"error_context", Value::none(), Type(Kind::error_context), "value.kind_unsupported",
              "there are no values of error-context yet"}),
    [](const auto& param) { return param.param.name; });

TEST(Conforms, RefusesAValueOfAnotherForm) {
    const std::vector<Value> values = {Value::boolean(true),
                                       Value::unsigned_number(1),
                                       Value::signed_number(1),
                                       Value::real32(1),
                                       Value::real64(1),
                                       Value::character(U'a'),
                                       Value::string("a"),
                                       Value::bytes({1}),
                                       Value::items({Value::items({})}),
                                       Value::choice(0),
                                       Value::flags({true, true, true})};
    SeededRandom random(13);
    Arbitrary arbitrary([&] { return random.next(); }, Arbitrary::Handles::yes);
    for (int round = 0; round < 500; ++round) {
        const auto type = arbitrary.type();
        const auto form = arbitrary.value(type).form();
        for (const auto& value : values)
            if (value.form() != form) EXPECT_FALSE(conforms(value, type)) << type_text(type);
    }
}

}  // namespace
}  // namespace weft::value
