#include "platform/host/match_exports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using value::Kind;
using value::Type;

Type record(Kind kind) {
    return Type::record({{"id", Type(Kind::u32)}, {"size", Type(kind)}}).value();
}

value::Function function(std::string name, Type parameter, std::optional<Type> result = {}) {
    return {.name = std::move(name), .params = {{"p", std::move(parameter)}}, .result = result};
}

value::Interface interface(std::string name, std::vector<value::Function> functions) {
    return {.name = std::move(name), .functions = std::move(functions), .resources = {}};
}

/// The numbers, or what differs.
std::vector<std::uint32_t> numbers(const value::Interface& wanted, const value::World& offered) {
    return match_exports(wanted, offered).value_or(std::vector<std::uint32_t>{});
}
std::string message(const value::Interface& wanted, const value::World& offered) {
    const auto matched = match_exports(wanted, offered);
    return matched ? "" : matched.error().message;
}

TEST(MatchExports, CountsOverAllInterfacesAndTakesFittingVersions) {
    const value::World offered{
        .imports = {},
        .exports = {interface("a:b/c@0.2.0",
                              {function("x", Type(Kind::u8)), function("y", Type(Kind::u8))}),
                    interface("a:b/d@1.4.0-rc.1", {function("z", Type(Kind::string))})}};

    EXPECT_THAT(numbers(interface("a:b/c@0.2.6", {function("y", Type(Kind::u8))}), offered),
                ElementsAre(1));
    EXPECT_THAT(
        numbers(interface("a:b/d@1.4.0-rc.1", {function("z", Type(Kind::string))}), offered),
        ElementsAre(2));
    EXPECT_THAT(message(interface("a:b/c@0.3.0", {}), offered),
                HasSubstr("exports no a:b/c@0.3.0"));
    EXPECT_THAT(message(interface("a:b/d@1.4.0", {}), offered), HasSubstr("exports no"));
    EXPECT_THAT(message(interface("a:b/c@0.2.0", {function("w", Type(Kind::u8))}), offered),
                HasSubstr("its a:b/c@0.2.0 has no function 'w'"));
}

TEST(MatchExports, NamesThePartThatDiffers) {
    const auto list = Type::list(record(Kind::u64)).value();
    const value::World offered{
        .imports = {}, .exports = {interface("a:b/c", {function("f", list, Type(Kind::u8))})}};
    const auto wanted = [](Type parameter, std::optional<Type> result) {
        return interface("a:b/c", {function("f", std::move(parameter), std::move(result))});
    };

    EXPECT_THAT(message(wanted(Type::list(record(Kind::u32)).value(), Type(Kind::u8)), offered),
                HasSubstr("parameter 'p': part 1: 'size': u64, not u32"));
    EXPECT_THAT(message(wanted(list, Type(Kind::s8)), offered),
                HasSubstr("its result: u8, not s8"));
    EXPECT_THAT(message(wanted(list, std::nullopt), offered),
                HasSubstr("it gives u8, not nothing"));
    auto two = wanted(list, Type(Kind::u8));
    two.functions[0].params.push_back(two.functions[0].params[0]);
    EXPECT_THAT(message(two, offered), HasSubstr("it takes 1 parameters, not 2"));
}

TEST(MatchExports, RefusesResourcesByName) {
    const auto wanted = interface("a:b/c", {function("f", Type::own("thing").value())});
    const value::World offered{.imports = {}, .exports = {wanted}};

    const auto matched = match_exports(wanted, offered);

    ASSERT_FALSE(matched);
    EXPECT_EQ(matched.error().slug, Slug("host.link_resource"));
}

TEST(MatchExports, StreamsOfWasiMoveExceptForAnOutputThatIsGiven) {
    const auto link = [](value::Function function) {
        const auto wanted = interface("a:b/c", {std::move(function)});
        return match_exports(wanted, {.imports = {}, .exports = {wanted}});
    };

    EXPECT_TRUE(link(function("f", Type(Kind::output_stream), Type(Kind::input_stream))));
    const auto given = link(function("f", Type(Kind::u8), Type(Kind::output_stream)));
    ASSERT_FALSE(given);
    EXPECT_EQ(given.error().slug, Slug("host.link_resource"));
    EXPECT_THAT(given.error().message, HasSubstr("a:b/c#f gives an output-stream"));
}

}  // namespace
}  // namespace weft::host
