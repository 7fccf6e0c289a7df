#include <gtest/gtest.h>

#include "base/core/random.h"
#include "base/value/arbitrary_test.h"
#include "base/value/wave.h"

namespace weft::value {
namespace {

Function add() {
    return {.name = "add",
            .is_async = false,
            .params = {{.name = "a", .type = Type(Kind::u32)},
                       {.name = "b", .type = Type::option(Type(Kind::u32)).value()},
                       {.name = "c", .type = Type::option(Type(Kind::string)).value()}},
            .result = Type(Kind::u32)};
}

Value number(std::uint64_t value) { return Value::unsigned_number(value); }

std::string error_of(std::string_view text) {
    const auto refused = parse_call(text, add());
    return refused ? "accepted" : refused.error().message;
}

TEST(WaveCall, HasAName) {
    EXPECT_EQ(parse_call_name("add(1)").value(), "add");
    EXPECT_EQ(parse_call_name(" \n wasi:cli/run@0.2.0#run ( )").value(), "wasi:cli/run@0.2.0#run");
    for (const auto* text : {"", "add", "(1)", "  (1)", "add[1]"})
        EXPECT_EQ(parse_call_name(text).error().message,
                  "line 1, column 1: expected a call of the form name(argument, argument)")
            << text;
    EXPECT_EQ(parse_call_name("a\xFF(").error().slug, Slug("wave.utf8_invalid"));
    EXPECT_EQ(parse_call_name("abc()", {.bytes_max = 4}).error().slug, Slug("wave.text_too_long"));
}

TEST(WaveCall, HasArguments) {
    const auto arguments = parse_call("add(1, 2, \"(,)\")", add());

    ASSERT_TRUE(arguments) << arguments.error().message;
    EXPECT_EQ(*arguments,
              (std::vector{number(1), Value::some(number(2)), Value::some(Value::string("(,)"))}));
}

TEST(WaveCall, OptionsAtTheEndMayBeLeftOut) {
    const std::vector expected = {number(1), Value::some(number(2)), Value::none()};
    EXPECT_EQ(parse_call("add(1, 2)", add()).value(), expected);
    EXPECT_EQ(parse_call("add(1, some(2), none,)", add()).value(), expected);
    EXPECT_EQ(parse_arguments(std::vector<std::string>{"1", "2"}, add()).value(), expected);
    Function all_optional = add();
    all_optional.params.erase(all_optional.params.begin());
    EXPECT_EQ(parse_call("add()", all_optional).value(),
              (std::vector{Value::none(), Value::none()}));
    EXPECT_EQ(parse_arguments({}, all_optional).value(),
              (std::vector{Value::none(), Value::none()}));
}

TEST(WaveCall, SaysWhatIsWrongWithIt) {
    EXPECT_EQ(error_of("add()"),
              "line 1, column 4: too few arguments; the function is add: func(a: u32, b: "
              "option<u32>, c: option<string>) -> u32");
    EXPECT_EQ(error_of("add(1, 2, \"\", 4)"),
              "line 1, column 4: too many arguments; the function is add: func(a: u32, b: "
              "option<u32>, c: option<string>) -> u32");
    EXPECT_EQ(error_of("add(1,\n true)"),
              "argument 'b': line 2, column 2: expected a number of type u32, found the word "
              "'true'");
    EXPECT_EQ(error_of("add(1"), "line 1, column 6: expected ',' or ')', found the end");
    EXPECT_EQ(error_of("add(1) 2"), "line 1, column 8: the number 2 follows the last value");
    EXPECT_EQ(error_of("add(1); sub(2)"), "line 1, column 7: ';' follows the last value");
}

TEST(WaveCall, SaysWhatIsWrongWithSeparateArguments) {
    const auto error = [](std::vector<std::string> texts) {
        const auto refused = parse_arguments(texts, add());
        return refused ? "accepted" : refused.error().message;
    };
    EXPECT_EQ(error({}),
              "there are 0 arguments, but the function is add: func(a: u32, b: option<u32>, c: "
              "option<string>) -> u32");
    EXPECT_EQ(error({"1", "2", "\"\"", "4"}),
              "there are 4 arguments, but the function is add: func(a: u32, b: option<u32>, c: "
              "option<string>) -> u32");
    EXPECT_EQ(error({"1", "x"}),
              "argument 'b': line 1, column 1: expected a number of type u32, found the word 'x'");
    EXPECT_EQ(error({"1 2"}),
              "argument 'a': line 1, column 3: the number 2 follows the last value");
}

TEST(WaveCall, RoundTripsArgumentsOfAnyFunction) {
    SeededRandom random(41);
    Arbitrary arbitrary([&] { return random.next(); }, Arbitrary::Handles::no);
    for (int round = 0; round < 1000; ++round) {
        const auto function = arbitrary.function();
        std::vector<Value> values;
        std::vector<std::string> texts;
        std::string call = "wasi:a/b@1.0.0#" + function.name + "(";
        for (const auto& param : function.params) {
            values.push_back(arbitrary.value(param.type));
            texts.push_back(print_wave(values.back(), param.type).value());
            call += texts.back() + ", ";
        }
        call += ")";
        if (values.empty()) call = function.name + "()";

        EXPECT_EQ(parse_arguments(texts, function).value(), values);
        const auto again = parse_call(call, function);
        ASSERT_TRUE(again) << call << ": " << again.error().message;
        EXPECT_EQ(*again, values) << call;
    }
}

}  // namespace
}  // namespace weft::value
