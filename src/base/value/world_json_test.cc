#include "base/value/world_json.h"
#include "base/value/world_json_fixture.h"

#include <gtest/gtest.h>

#include "base/core/random.h"
#include "base/value/arbitrary_test.h"

namespace weft::value {
namespace {

constexpr std::string_view counter = R"({
  "imports": [
    {"name": "wasi:keyvalue/store@0.2.0-draft", "resources": ["bucket"], "functions": [
      {"name": "open", "async": false, "params": [["id", "string"]],
       "result": {"result": [{"own": "bucket"}, {"variant": [["no-such-store", null],
                                                            ["other", "string"]]}]}},
      {"name": "[method]bucket.get", "async": true,
       "params": [["self", {"borrow": "bucket"}], ["key", "string"]],
       "result": {"option": {"list": "u8"}}}]}],
  "exports": [
    {"name": "", "resources": [], "functions": [
      {"name": "add", "async": false, "params": [["a", "u32"], ["b", "u32"]], "result": "u32"},
      {"name": "log", "async": false, "params": [], "result": null}]}]})";

TEST(WorldJson, ReadsWhatTheEngineSays) {
    const auto world = read_world(counter);

    ASSERT_TRUE(world) << world.error().message;
    ASSERT_EQ(world->imports.size(), 1U);
    EXPECT_EQ(world->imports[0].name, "wasi:keyvalue/store@0.2.0-draft");
    EXPECT_EQ(world->imports[0].resources, std::vector<std::string>{"bucket"});
    EXPECT_EQ(function_text(world->imports[0].functions[0]),
              "open: func(id: string) -> result<own<bucket>, variant { no-such-store, "
              "other(string) }>");
    EXPECT_EQ(function_text(world->imports[0].functions[1]),
              "[method]bucket.get: async func(self: borrow<bucket>, key: string) -> "
              "option<list<u8>>");
    ASSERT_EQ(world->exports.size(), 1U);
    EXPECT_EQ(function_text(world->exports[0].functions[0]), "add: func(a: u32, b: u32) -> u32");
    EXPECT_EQ(function_text(world->exports[0].functions[1]), "log: func()");
}

/// A world with one exported function whose only parameter has the type.
std::string with_type(std::string_view type) {
    return R"({"imports":[],"exports":[{"name":"","resources":[],"functions":[{"name":"f",)"
           R"("async":false,"params":[["p",)" +
           std::string(type) + R"(]],"result":null}]}]})";
}

TEST(WorldJson, ReadsEveryKindOfType) {
    const std::vector<std::pair<std::string, std::string>> rows = {
        {R"("error-context")", "error-context"},
        {R"("input-stream")", "input-stream"},
        {R"("pollable")", "pollable"},
        {R"({"list":"f32"})", "list<f32>"},
        {R"({"option":"char"})", "option<char>"},
        {R"({"result":[null,"s64"]})", "result<_, s64>"},
        {R"({"tuple":["bool","s8"]})", "tuple<bool, s8>"},
        {R"({"record":[["f","u16"]]})", "record { f: u16 }"},
        {R"({"variant":[["c",null],["d","f64"]]})", "variant { c, d(f64) }"},
        {R"({"enum":["a","b"]})", "enum { a, b }"},
        {R"({"flags":["a","b"]})", "flags { a, b }"},
        {R"({"own":"name"})", "own<name>"},
        {R"({"borrow":"name"})", "borrow<name>"},
        {R"({"stream":"u8"})", "stream<u8>"},
        {R"({"future":null})", "future"},
        {R"({"map":["string",{"list":"u8"}]})", "map<string, list<u8>>"},
        {R"({"fixed_list":["u8",4]})", "list<u8, 4>"}};
    for (const auto& [json, text] : rows) {
        const auto world = read_world(with_type(json));
        ASSERT_TRUE(world) << json << ": " << world.error().message;
        const auto& type = world->exports[0].functions[0].params[0].type;
        EXPECT_EQ(type_text(type), text);
        EXPECT_EQ(codec::write_json(write_type(type)), json);
    }
}

TEST(WorldJson, RoundTripsWorlds) {
    SeededRandom random(11);
    for (int round = 0; round < 500; ++round) {
        Arbitrary arbitrary([&] { return random.next(); }, Arbitrary::Handles::yes);
        const auto world = arbitrary.world();
        const auto text = codec::write_json(write_world(world));

        const auto again = read_world(text);

        ASSERT_TRUE(again) << again.error().message << "\n" << text;
        EXPECT_EQ(*again, world) << text;
    }
}

struct Wrong {
    std::string name;
    std::string text;
    std::string slug;
    std::string message;
};

class WrongWorldJson : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongWorldJson, IsRefusedWithItsPlace) {
    const auto refused = read_world(GetParam().text);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug.text(), GetParam().slug);
    EXPECT_EQ(refused.error().message, GetParam().message);
}

std::string with_interface(std::string_view interface) {
    return R"({"imports":[)" + std::string(interface) + R"(],"exports":[]})";
}

std::string with_function(std::string_view function) {
    return with_interface(R"({"name":"","resources":[],"functions":[)" + std::string(function) +
                          "]}");
}

constexpr std::string_view at_type = "exports[0].functions[0].params[0].p";

std::string in_type(std::string_view rest) { return std::string(at_type) + std::string(rest); }

INSTANTIATE_TEST_SUITE_P(
    Worlds, WrongWorldJson,
    ::testing::Values(
        Wrong{"no_object", "[]", "types.form_wrong", "here must be an object"},
        Wrong{"member_missing", R"({"imports":[]})", "types.member_missing",
              "exports: the member is missing"},
        Wrong{"member_unknown", R"({"imports":[],"exports":[],"x":1})", "types.member_unknown",
              "x: there is no such member"},
        Wrong{"no_array", R"({"imports":{},"exports":[]})", "types.form_wrong",
              "imports: here must be an array of interfaces"},
        Wrong{"interface_name", with_interface(R"({"name":"a b","functions":[],"resources":[]})"),
              "types.name_invalid", "imports[0].name: 'a b' is not a name of an interface"},
        Wrong{"package_only", with_interface(R"({"name":"a:b","functions":[],"resources":[]})"),
              "types.name_invalid", "imports[0].name: 'a:b' is not a name of an interface"},
        Wrong{"interface_twice",
              with_interface(R"({"name":"a","functions":[],"resources":[]},)"
                             R"({"name":"a","functions":[],"resources":[]})"),
              "types.name_duplicate", "imports[1]: the name 'a' is there twice"},
        Wrong{"resource_name", with_interface(R"({"name":"a","functions":[],"resources":["_"]})"),
              "types.name_invalid", "imports[0].resources[0]: '_' is not a name of a resource"},
        Wrong{"resource_twice",
              with_interface(R"({"name":"a","functions":[],"resources":["r","r"]})"),
              "types.name_duplicate", "imports[0].resources[1]: the name 'r' is there twice"},
        Wrong{"resource_number", with_interface(R"({"name":"a","functions":[],"resources":[1]})"),
              "types.form_wrong", "imports[0].resources[0]: here must be a string"},
        Wrong{"function_name",
              with_function(R"({"name":"[method]a.","async":false,"params":[],"result":null})"),
              "types.name_invalid",
              "imports[0].functions[0].name: '[method]a.' is not a name of a function"},
        Wrong{"async_number", with_function(R"({"name":"f","async":0,"params":[],"result":null})"),
              "types.form_wrong", "imports[0].functions[0].async: here must be true or false"},
        Wrong{"function_twice",
              with_function(R"({"name":"f","async":true,"params":[],"result":null},)"
                            R"({"name":"f","async":true,"params":[],"result":null})"),
              "types.name_duplicate", "imports[0].functions[1]: the name 'f' is there twice"},
        Wrong{"param_pair",
              with_function(R"({"name":"f","async":true,"params":[["a"]],"result":null})"),
              "types.form_wrong",
              "imports[0].functions[0].params[0]: here must be a name and a type, [\"name\", "
              "type]"},
        Wrong{"param_name",
              with_function(R"({"name":"f","async":true,"params":[["A b","u8"]],"result":null})"),
              "types.name_invalid",
              "imports[0].functions[0].params[0]: 'A b' is not a name of a parameter"},
        Wrong{"param_twice",
              with_function(
                  R"({"name":"f","async":true,"params":[["a","u8"],["a","u8"]],"result":null})"),
              "types.name_duplicate",
              "imports[0].functions[0].params[1]: the name 'a' is there twice"},
        Wrong{"param_null", with_type("null"), "types.form_wrong",
              in_type(": here must be a type, not null")}),
    [](const auto& param) { return param.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Types, WrongWorldJson,
    ::testing::Values(
        Wrong{"kind", with_type(R"("u88")"), "types.kind_unknown",
              in_type(": 'u88' is not a kind of type; did you mean 'u8'?")},
        Wrong{"kind_unlike", with_type(R"("quaternion")"), "types.kind_unknown",
              in_type(": 'quaternion' is not a kind of type")},
        Wrong{"tag", with_type(R"({"lst":"u8"})"), "types.kind_unknown",
              in_type(".lst: 'lst' is not a kind of type; did you mean 'list'?")},
        Wrong{"number", with_type("1"), "types.form_wrong",
              in_type(": here must be a type: a string, or an object with one member")},
        Wrong{"two_tags", with_type(R"({"list":"u8","option":"u8"})"), "types.form_wrong",
              in_type(": here must be a type: a string, or an object with one member")},
        Wrong{"list_null", with_type(R"({"list":null})"), "types.form_wrong",
              in_type(".list: here must be a type: a string, or an object with one member")},
        Wrong{"record_null", with_type(R"({"record":[["a",null]]})"), "types.form_wrong",
              in_type(".record[0].a: here must be a type, not null")},
        Wrong{"record_empty", with_type(R"({"record":[]})"), "types.parts_missing",
              in_type(".record: a record needs at least one part")},
        Wrong{"enum_twice", with_type(R"({"enum":["a","a"]})"), "types.name_duplicate",
              in_type(".enum: the name 'a' is there twice")},
        Wrong{"flags_label", with_type(R"({"flags":["a_"]})"), "types.name_invalid",
              in_type(".flags: 'a_' is not a label; words of letters and digits with '-' between "
                      "them are")},
        Wrong{"result_one", with_type(R"({"result":["u8"]})"), "types.form_wrong",
              in_type(".result: here must be two types, each may be null")},
        Wrong{"map_key", with_type(R"({"map":["f32","u8"]})"), "types.key_kind",
              in_type(".map: a map has keys of bool, an integer, char or string, not f32")},
        Wrong{"map_one", with_type(R"({"map":["u8"]})"), "types.form_wrong",
              in_type(".map: here must be the types of keys and values")},
        Wrong{"length_zero", with_type(R"({"fixed_list":["u8",0]})"), "types.length_zero",
              in_type(".fixed_list: a list of fixed length has at least one element")},
        Wrong{"length_long", with_type(R"({"fixed_list":["u8",4294967296]})"), "types.form_wrong",
              in_type(".fixed_list[1]: here must be a length from 1 to 4294967295")},
        Wrong{"own_empty", with_type(R"({"own":""})"), "types.resource_invalid",
              in_type(".own: a resource needs a name of 1 to 256 visible ASCII characters")},
        Wrong{"deep_inside", with_type(R"({"list":{"tuple":["u8",{"option":7}]}})"),
              "types.form_wrong",
              in_type(".list.tuple[1].option: here must be a type: a string, or an object with "
                      "one member")}),
    [](const auto& param) { return param.param.name; });

std::string nested(unsigned depth) {
    std::string type = R"("u8")";
    for (unsigned i = 1; i < depth; ++i) type = R"({"record":[["a",)" + type + "]]}";
    return with_type(type);
}

TEST(WorldJson, ReadsDepthUpToTheLimitAndNoMore) {
    EXPECT_TRUE(read_world(nested(Type::depth_max)));

    EXPECT_EQ(read_world(nested(Type::depth_max + 1)).error().slug, Slug("types.depth_exceeded"));
    EXPECT_EQ(read_world(nested(5'000)).error().slug, Slug("json.depth_exceeded"));
}

TEST(WorldJson, CountsTypes) {
    const auto text = with_type(R"({"tuple":["u8","u8",{"enum":["a","b"]}]})");

    EXPECT_TRUE(read_world(text, {.types_max = 7}));

    const auto refused = read_world(text, {.types_max = 6});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("types.types_exceeded"));
    EXPECT_EQ(refused.error().code, Errc::exhausted);
}

TEST(WorldJson, PassesOnWhatIsNoJson) {
    EXPECT_EQ(read_world("{").error().slug, Slug("json.syntax"));
    EXPECT_EQ(read_world(counter, {.bytes_max = 10}).error().slug, Slug("json.text_too_long"));
}

}  // namespace
}  // namespace weft::value
