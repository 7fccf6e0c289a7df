#include "base/value/wire.h"

#include <gtest/gtest.h>

#include "base/core/random.h"
#include "base/value/arbitrary_test.h"

namespace weft::value {
namespace {

Bytes encoded(const Value& value, const Type& type) {
    Bytes out;
    const auto done = encode(value, type, out);
    EXPECT_TRUE(done) << done.error().message;
    return out;
}

Type list_of(Kind kind) { return Type::list(Type(kind)).value(); }

/// The answer of a key-value store, as seen on the wire of a real one: ok, some, "1".
TEST(WireValue, ReadsTheAnswerOfAPeer) {
    const auto type = Type::result(Type::option(list_of(Kind::u8)).value(), Type(Kind::string));

    const auto value = decode(Bytes{0, 1, 1, 0x31}, *type);

    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(*value, Value::choice(0, Value::some(Value::bytes({0x31}))));
    EXPECT_EQ(decode(Bytes{0, 0}, *type).value(), Value::choice(0, Value::none()));
}

TEST(WireValue, WritesArgumentsOneBehindTheOther) {
    const Function get{.name = "get",
                       .is_async = false,
                       .params = {{.name = "bucket", .type = Type(Kind::string)},
                                  {.name = "key", .type = Type(Kind::string)}},
                       .result = {}};
    Bytes out;

    ASSERT_TRUE(encode_arguments(std::vector{Value::string("default"), Value::string("hits:/x")},
                                 get, out));

    EXPECT_EQ(as_text(out),
              "\x07"
              "default\x07hits:/x");
    EXPECT_EQ(decode_arguments(out, get).value().size(), 2U);
}

TEST(WireValue, EveryKindHasItsForm) {
    const auto flags = Type::flags({"a", "b", "c", "d", "e", "f", "g", "h", "i"}).value();
    EXPECT_EQ(
        encoded(Value::flags({true, false, false, false, false, false, false, false, true}), flags),
        (Bytes{1, 1}));
    const auto list = list_of(Kind::u16);
    EXPECT_EQ(encoded(Value::items({Value::unsigned_number(300)}), list), (Bytes{1, 0xAC, 2}));
    const auto fixed = Type::fixed_list(Type(Kind::u8), 2).value();
    EXPECT_EQ(encoded(Value::items({Value::unsigned_number(5), Value::unsigned_number(6)}), fixed),
              (Bytes{5, 6}));
    const auto map = Type::map(Type(Kind::char_), Type(Kind::bool_)).value();
    EXPECT_EQ(
        encoded(Value::items({Value::items({Value::character(U'x'), Value::boolean(true)})}), map),
        (Bytes{1, 'x', 1}));
    const auto future = Type::future(Type(Kind::u8)).value();
    EXPECT_EQ(encoded(Value::choice(0), future), (Bytes{0}));
    EXPECT_EQ(encoded(Value::choice(1, Value::unsigned_number(9)), future), (Bytes{1, 9}));
    const auto stream = Type::stream(Type(Kind::u8)).value();
    EXPECT_EQ(encoded(Value::bytes({}), stream), (Bytes{0}));
    EXPECT_EQ(encoded(Value::bytes({4}), stream), (Bytes{1, 4}));
    const auto ticks = Type::stream({}).value();
    EXPECT_EQ(encoded(Value::items({Value::items({}), Value::items({})}), ticks), (Bytes{2}));
    EXPECT_EQ(encoded(Value::bytes({1, 2}), Type::borrow("r").value()), (Bytes{2, 1, 2}));
}

TEST(WireValue, RoundTripsEveryValue) {
    SeededRandom random(21);
    Arbitrary arbitrary([&] { return random.next(); }, Arbitrary::Handles::yes);
    for (int round = 0; round < 5000; ++round) {
        const auto type = arbitrary.type(5);
        const auto value = arbitrary.value(type);
        const auto bytes = encoded(value, type);

        const auto again = decode(bytes, type);

        ASSERT_TRUE(again) << type_text(type) << ": " << again.error().message;
        EXPECT_EQ(*again, value) << type_text(type);
        EXPECT_GE(bytes.size(), type.wire_bytes_min());
    }
}

TEST(WireValue, RefusesEveryProperPrefixAndAnyByteMore) {
    SeededRandom random(22);
    Arbitrary arbitrary([&] { return random.next(); }, Arbitrary::Handles::yes);
    for (int round = 0; round < 1000; ++round) {
        const auto type = arbitrary.type();
        auto bytes = encoded(arbitrary.value(type), type);
        for (std::size_t length = 0; length < bytes.size(); ++length)
            EXPECT_FALSE(decode(BytesView(bytes).first(length), type)) << type_text(type);
        bytes.push_back(0);
        EXPECT_EQ(decode(bytes, type).error().slug, Slug("wire.trailing"));
    }
}

/// Where there are neither floats nor maps, what is read is written back to the same bytes.
bool is_one_to_one(const Type& type) {
    if (type.kind() == Kind::f32 || type.kind() == Kind::f64 || type.kind() == Kind::map)
        return false;
    for (std::size_t i = 0; i < type.size(); ++i)
        if (type.part(i) != nullptr && !is_one_to_one(*type.part(i))) return false;
    return true;
}

TEST(WireValue, ReadsOnlyTheOneEncodingOfAValue) {
    SeededRandom random(23);
    Arbitrary arbitrary([&] { return random.next(); }, Arbitrary::Handles::yes);
    int accepted = 0;
    for (int round = 0; round < 5000; ++round) {
        const auto type = arbitrary.type();
        if (!is_one_to_one(type)) continue;
        auto bytes = encoded(arbitrary.value(type), type);
        bytes[arbitrary.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << arbitrary.below(8));
        const auto value = decode(bytes, type);
        if (!value) continue;
        ++accepted;
        EXPECT_EQ(encoded(*value, type), bytes) << type_text(type);
    }
    EXPECT_GT(accepted, 500);
}

TEST(WireValue, LastOfEqualKeysCounts) {
    const auto map = Type::map(Type(Kind::u8), Type(Kind::u8)).value();

    const auto value = decode(Bytes{3, 1, 10, 2, 20, 1, 30}, map);

    ASSERT_TRUE(value);
    EXPECT_EQ(encoded(*value, map), (Bytes{2, 1, 30, 2, 20}));
}

TEST(WireValue, NanBecomesTheCanonicalOne) {
    const auto value = decode(Bytes{1, 0, 0xA0, 0xFF}, Type(Kind::f32));
    EXPECT_EQ(encoded(*value, Type(Kind::f32)), (Bytes{0, 0, 0xC0, 0x7F}));
}

TEST(WireValue, ListsOfBytesAreOneNode) {
    Bytes bytes{0xE8, 0x07};
    bytes.resize(2 + 1000);
    EXPECT_TRUE(decode(bytes, list_of(Kind::u8), {.nodes_max = 1}));
    EXPECT_TRUE(decode(bytes, list_of(Kind::s8), {.nodes_max = 1001}));

    const auto refused = decode(bytes, list_of(Kind::s8), {.nodes_max = 1000});

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("wire.nodes_exceeded"));
    EXPECT_EQ(refused.error().code, Errc::exhausted);
    EXPECT_EQ(refused.error().message, "offset 1001: there are more than 1000 values");
}

TEST(WireValue, ItemsWithoutBytesAreBounded) {
    const Bytes bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x0F};
    EXPECT_EQ(decode(bytes, Type::stream({}).value()).error().slug, Slug("wire.nodes_exceeded"));
}

TEST(WireValue, CountsAreCheckedAgainstTheSmallestItem) {
    const auto reals = list_of(Kind::f64);
    Bytes bytes(1 + 15);
    bytes[0] = 2;
    EXPECT_EQ(decode(bytes, reals).error().slug, Slug("wire.count_exceeded"));
    bytes.push_back(0);
    EXPECT_TRUE(decode(bytes, reals));
}

TEST(WireValue, AppendsNothingWhenItFails) {
    Bytes out{1};
    const auto type = Type::tuple({Type(Kind::u8), Type(Kind::u8)}).value();

    EXPECT_FALSE(
        encode(Value::items({Value::unsigned_number(1), Value::unsigned_number(256)}), type, out));

    EXPECT_EQ(out, Bytes{1});
}

TEST(WireValue, ArgumentsMustBeAsManyAsParameters) {
    const Function function{.name = "f",
                            .is_async = false,
                            .params = {{.name = "a", .type = Type(Kind::u8)}},
                            .result = {}};
    Bytes out;
    EXPECT_EQ(encode_arguments({}, function, out).error().slug, Slug("value.size_wrong"));
    EXPECT_EQ(encode_arguments(std::vector{Value::none()}, function, out).error().message,
              "argument 'a': it is not of type u8");
    EXPECT_EQ(decode_arguments(Bytes{}, function).error().message,
              "argument 'a': offset 0: the bytes end within a value");
}

TEST(WireValue, ResultsMayBeNothing) {
    Function function{.name = "f", .is_async = false, .params = {}, .result = {}};
    EXPECT_EQ(decode_result({}, function).value(), std::nullopt);
    EXPECT_EQ(decode_result(Bytes{1}, function).error().slug, Slug("wire.trailing"));
    function.result = Type(Kind::u8);
    EXPECT_EQ(decode_result(Bytes{1}, function).value(), Value::unsigned_number(1));
    EXPECT_EQ(decode_result({}, function).error().slug, Slug("wire.truncated"));
}

TEST(WireValue, ErrorContextIsRefused) {
    const Type type(Kind::error_context);
    Bytes out;
    EXPECT_EQ(decode(Bytes{0}, type).error().slug, Slug("value.kind_unsupported"));
    EXPECT_EQ(encode(Value::none(), type, out).error().code, Errc::unsupported);
}

}  // namespace
}  // namespace weft::value
