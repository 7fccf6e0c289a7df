#include "base/value/type.h"

#include <gtest/gtest.h>

#include "base/value/world.h"

namespace weft::value {
namespace {

const Type u8{Kind::u8};
const Type text{Kind::string};

Part part(std::string name, std::optional<Type> type = std::nullopt) {
    return {.name = std::move(name), .type = std::move(type)};
}

TEST(Type, KnowsItsParts) {
    const auto record = Type::record({part("a", u8), part("b-c", text)}).value();

    EXPECT_EQ(record.kind(), Kind::record);
    ASSERT_EQ(record.size(), 2U);
    EXPECT_EQ(record.name(1), "b-c");
    EXPECT_EQ(*record.part(1), text);
    EXPECT_EQ(record.find("b-c"), 1U);
    EXPECT_EQ(record.find("c"), std::nullopt);
    const auto enumeration = Type::enumeration({"x", "y"}).value();
    EXPECT_EQ(enumeration.part(1), nullptr);
    EXPECT_EQ(Type::fixed_list(u8, 7).value().length(), 7U);
    EXPECT_EQ(Type::own("bucket").value().resource(), "bucket");
    EXPECT_EQ(u8.size(), 0U);
    EXPECT_EQ(u8.resource(), "");
    EXPECT_EQ(u8.length(), 0U);
}

TEST(Type, EqualsByContent) {
    const auto make = [](std::uint32_t length) {
        return Type::list(Type::fixed_list(Type(Kind::f32), length).value()).value();
    };
    EXPECT_EQ(make(3), make(3));
    EXPECT_NE(make(3), make(4));
    EXPECT_NE(u8, text);
    EXPECT_NE(Type::own("a").value(), Type::borrow("a").value());
    EXPECT_NE(Type::own("a").value(), Type::own("b").value());
    EXPECT_NE(Type::result(u8, std::nullopt).value(), Type::result(std::nullopt, u8).value());
    EXPECT_NE(Type::flags({"a"}).value(), Type::flags({"b"}).value());
}

TEST(Type, IsWrittenAsInWit) {
    const auto list = Type::list(u8).value();
    const auto type_of = [](Result<Type> type) { return type_text(type.value()); };
    EXPECT_EQ(type_text(Type(Kind::error_context)), "error-context");
    EXPECT_EQ(type_text(Type(Kind::output_stream)), "output-stream");
    EXPECT_EQ(type_text(list), "list<u8>");
    EXPECT_EQ(type_of(Type::option(list)), "option<list<u8>>");
    EXPECT_EQ(type_of(Type::result({}, {})), "result");
    EXPECT_EQ(type_of(Type::result(u8, {})), "result<u8>");
    EXPECT_EQ(type_of(Type::result({}, text)), "result<_, string>");
    EXPECT_EQ(type_of(Type::result(u8, text)), "result<u8, string>");
    EXPECT_EQ(type_of(Type::tuple({u8, text})), "tuple<u8, string>");
    EXPECT_EQ(type_of(Type::record({part("a", u8), part("b", text)})),
              "record { a: u8, b: string }");
    EXPECT_EQ(type_of(Type::variant({part("a"), part("b", text)})), "variant { a, b(string) }");
    EXPECT_EQ(type_of(Type::enumeration({"a", "b"})), "enum { a, b }");
    EXPECT_EQ(type_of(Type::flags({"a"})), "flags { a }");
    EXPECT_EQ(type_of(Type::own("x")), "own<x>");
    EXPECT_EQ(type_of(Type::borrow("x")), "borrow<x>");
    EXPECT_EQ(type_of(Type::stream({})), "stream");
    EXPECT_EQ(type_of(Type::stream(u8)), "stream<u8>");
    EXPECT_EQ(type_of(Type::future({})), "future");
    EXPECT_EQ(type_of(Type::map(text, u8)), "map<string, u8>");
    EXPECT_EQ(type_of(Type::fixed_list(u8, 4)), "list<u8, 4>");
}

TEST(Type, FunctionsAreWrittenAsInWit) {
    Function function{.name = "add", .is_async = false, .params = {}, .result = {}};
    EXPECT_EQ(function_text(function), "add: func()");
    function.is_async = true;
    function.params = {{.name = "a", .type = u8}, {.name = "b", .type = text}};
    function.result = u8;
    EXPECT_EQ(function_text(function), "add: async func(a: u8, b: string) -> u8");
}

TEST(Type, FindsPrimitivesByName) {
    for (auto kind = Kind::bool_; kind < Kind::list;
         kind = static_cast<Kind>(static_cast<int>(kind) + 1))
        EXPECT_EQ(find_primitive(kind_name(kind)), kind);
    EXPECT_EQ(find_primitive("list"), std::nullopt);
    EXPECT_EQ(find_primitive("U8"), std::nullopt);
}

TEST(Type, KnowsTheFewestBytesOfAValue) {
    const auto bytes = [](Result<Type> type) { return type.value().wire_bytes_min(); };
    EXPECT_EQ(Type(Kind::f32).wire_bytes_min(), 4U);
    EXPECT_EQ(Type(Kind::f64).wire_bytes_min(), 8U);
    EXPECT_EQ(u8.wire_bytes_min(), 1U);
    EXPECT_EQ(bytes(Type::list(Type(Kind::f64))), 1U);
    EXPECT_EQ(bytes(Type::option(Type(Kind::f64))), 1U);
    EXPECT_EQ(bytes(Type::tuple({u8, Type(Kind::f64)})), 9U);
    EXPECT_EQ(bytes(Type::result(Type(Kind::f64), Type(Kind::f32))), 5U);
    EXPECT_EQ(bytes(Type::result({}, Type(Kind::f32))), 1U);
    EXPECT_EQ(bytes(Type::variant({part("a", Type(Kind::f64)), part("b", u8)})), 2U);
    EXPECT_EQ(bytes(Type::enumeration({"a"})), 1U);
    EXPECT_EQ(bytes(Type::flags({"a", "b", "c", "d", "e", "f", "g", "h", "i"})), 2U);
    EXPECT_EQ(bytes(Type::fixed_list(Type(Kind::f32), 5)), 20U);
    auto huge = Type::fixed_list(Type(Kind::f64), 0xFFFFFFFF).value();
    for (int i = 0; i < 3; ++i) huge = Type::fixed_list(huge, 0xFFFFFFFF).value();
    EXPECT_EQ(huge.wire_bytes_min(), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(bytes(Type::tuple({huge, huge})), std::numeric_limits<std::uint64_t>::max());
}

std::string slug_of(const Result<Type>& type) {
    return type ? "accepted" : std::string(type.error().slug.text());
}

TEST(Type, RefusesWhatWitDoesNotHave) {
    EXPECT_EQ(slug_of(Type::record({})), "types.parts_missing");
    EXPECT_EQ(slug_of(Type::tuple({})), "types.parts_missing");
    EXPECT_EQ(slug_of(Type::variant({})), "types.parts_missing");
    EXPECT_EQ(slug_of(Type::enumeration({})), "types.parts_missing");
    EXPECT_EQ(slug_of(Type::flags({})), "types.parts_missing");
    EXPECT_EQ(slug_of(Type::enumeration({"a", "b", "a"})), "types.name_duplicate");
    EXPECT_EQ(slug_of(Type::record({part("a_b", u8)})), "types.name_invalid");
    EXPECT_EQ(slug_of(Type::own("")), "types.resource_invalid");
    EXPECT_EQ(slug_of(Type::borrow("a b")), "types.resource_invalid");
    EXPECT_EQ(slug_of(Type::own(std::string(257, 'a'))), "types.resource_invalid");
    EXPECT_EQ(slug_of(Type::map(Type(Kind::f32), u8)), "types.key_kind");
    EXPECT_EQ(slug_of(Type::map(Type::list(u8).value(), u8)), "types.key_kind");
    EXPECT_EQ(slug_of(Type::fixed_list(u8, 0)), "types.length_zero");
}

TEST(Type, IsAsDeepAsTheLimitAndNoDeeper) {
    Type deep = u8;
    for (unsigned depth = 1; depth < Type::depth_max; ++depth) deep = Type::option(deep).value();
    EXPECT_EQ(deep.depth(), Type::depth_max);

    const auto refused = Type::list(deep);

    EXPECT_EQ(slug_of(refused), "types.depth_exceeded");
    EXPECT_EQ(refused.error().code, Errc::exhausted);
}

TEST(Type, HasAsManyPartsAsTheLimitAndNoMore) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < Type::parts_max; ++i) names.push_back("n" + std::to_string(i));
    EXPECT_EQ(Type::flags(names).value().size(), Type::parts_max);
    names.emplace_back("one-more");
    EXPECT_EQ(slug_of(Type::flags(names)), "types.parts_exceeded");
}

}  // namespace
}  // namespace weft::value
