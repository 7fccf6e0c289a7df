// What the host answers itself, called with encoded values as a guest does.
#include "platform/host/host_imports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/value/wire.h"
#include "base/value/wire_writer.h"
#include "platform/capability/import_reply_fixture.h"
#include "platform/host/host_fixture.h"
#include "platform/host/link_choice.h"

namespace weft::host {
namespace {

using value::Function;
using value::Interface;
using value::Kind;
using value::Type;

Type option_of(Type type) { return Type::option(std::move(type)).value(); }
Type error_type() {
    return Type::variant({{"upstream", Type(Kind::string)}, {"io", Type(Kind::string)}}).value();
}
Function function(std::string name, std::vector<value::Parameter> params,
                  std::optional<Type> result) {
    return {.name = std::move(name), .params = std::move(params), .result = std::move(result)};
}
Interface config(std::string name) {
    const auto pairs =
        Type::list(Type::tuple({Type(Kind::string), Type(Kind::string)}).value()).value();
    return {
        .name = std::move(name),
        .functions = {function("get-all", {}, Type::result(pairs, error_type()).value()),
                      function("get", {{"key", Type(Kind::string)}},
                               Type::result(option_of(Type(Kind::string)), error_type()).value())},
        .resources = {}};
}

class HostImportsTest : public HostTest {
  protected:
    HostImportsTest() {
        settings_.id = "hello";
        settings_.config = {{"colour", "blue"}, {"size", "3"}};
    }

    static Bytes texts(std::initializer_list<std::string_view> all) {
        Bytes bytes;
        value::WireWriter out(bytes);
        for (const auto text : all) out.string(text);
        return bytes;
    }
    std::string name_of(const Interface& wanted) {
        return wanted.name.substr(0, wanted.name.find('@'));
    }
    /// The encoded result of a call of `target`; the error's slug when it ends the guest.
    static std::string call_of(capability::ImportTarget& target, std::uint32_t at,
                               Bytes arguments) {
        capability::RecordingReply reply;
        target.call({.trace_id = {0, 7}}, at, engine::Payload::of(std::move(arguments)), reply);
        const auto& outcome = reply.outcome();
        if (outcome.error) return std::string(outcome.error->slug.text());
        return outcome.result ? std::string(as_text(*outcome.result)) : "it waits";
    }
    std::string call(const Interface& wanted, std::uint32_t at, Bytes arguments) {
        auto row = host_interface(&host_, settings_, name_of(wanted), wanted);
        if (!row) return std::string(row.error().slug.text());
        return call_of(*row->unlinked, at, std::move(arguments));
    }

    ComponentSettings settings_;
};

TEST_F(HostImportsTest, AComponentReadsItsConfiguration) {
    for (const char* name : {"wasi:config/store@0.2.0-draft", "wasi:config/store@0.2.0-rc.1"}) {
        const auto wanted = config(name);
        EXPECT_EQ(call(wanted, 1, texts({"size"})), std::string("\0\1\1"
                                                                "3",
                                                                4))
            << name;
        EXPECT_EQ(call(wanted, 1, texts({"none"})), std::string("\0\0", 2));
        EXPECT_EQ(call(wanted, 0, {}), std::string("\0\2\6colour\4blue\4size\1"
                                                   "3",
                                                   21));
    }
    EXPECT_EQ(call(config("wasi:config/runtime@0.2.0-draft"), 1, texts({"size"})),
              std::string("\0\1\1"
                          "3",
                          4));
    EXPECT_EQ(call(config("wasi:config/store@0.9.0"), 0, {}), "capability.import_mismatch");
}

/// `wasi:logging` of any version.
Interface logging(std::string name) {
    const auto level =
        Type::enumeration({"trace", "debug", "info", "warn", "error", "critical"}).value();
    return {
        .name = std::move(name),
        .functions = {function(
            "log",
            {{"level", level}, {"context", Type(Kind::string)}, {"message", Type(Kind::string)}},
            std::nullopt)},
        .resources = {}};
}

TEST_F(HostImportsTest, AComponentWritesLinesToTheLog) {
    engine_.add("guest", engine::fake::test_guest());
    put_in(host_, "hello", "guest");
    const auto line = [](std::uint8_t level, std::string_view context, std::string_view message) {
        Bytes arguments{level};
        const auto rest = texts({context, message});
        arguments.insert(arguments.end(), rest.begin(), rest.end());
        return arguments;
    };
    EXPECT_EQ(call(logging("wasi:logging/logging"), 0, {}), "wire.truncated");

    EXPECT_EQ(call(logging("wasi:logging/logging"), 0, line(0, "", "started")), "");
    EXPECT_EQ(call(logging("wasi:logging/logging@0.1.0-draft"), 0,
                   line(3, std::string(300, 'c'), std::string(5'000, 'm'))),
              "");
    EXPECT_EQ(call(logging("wasi:logging/logging@0.1.0-draft"), 0, line(5, "shop", "on fire")), "");

    const auto lines = events_.events("component.line_logged");
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].level, obs::Level::debug);
    EXPECT_EQ(lines[0].fields.at("text"), "started");
    EXPECT_EQ(lines[1].level, obs::Level::warn);
    EXPECT_EQ(lines[1].fields.at("context"), std::string(256, 'c') + " [44 bytes cut]");
    EXPECT_TRUE(lines[1].fields.at("text").ends_with("m [1000 bytes cut]"));
    EXPECT_EQ(lines[2].level, obs::Level::error);
    EXPECT_EQ(lines[2].fields.at("component"), "hello");
    EXPECT_EQ(lines[2].fields.at("call"), (rt::TraceId{0, 7}).text());
}

TEST_F(HostImportsTest, LinesAreHeldToTheRateOfTheComponent) {
    engine_.add("guest", engine::fake::test_guest());
    put_in(host_, "hello", "guest", {{engine::Limit::log, 1'024}});
    Bytes arguments{2};
    const auto rest = texts({"", std::string(500, 'm')});
    arguments.insert(arguments.end(), rest.begin(), rest.end());

    for (int i = 0; i < 10; ++i) EXPECT_EQ(call(logging("wasi:logging/logging"), 0, arguments), "");

    EXPECT_LT(events_.events("component.line_logged").size(), 10U);
    EXPECT_GE(counted("weft_host_guest_log_lines_dropped_total"), 1);
}

TEST_F(HostImportsTest, ACallThatEndsWithItsComponentHasItsLastWords) {
    engine_.add("guest", engine::fake::test_guest());
    put_in(host_, "hello", "guest");
    rt::Scope scope(&loop_);
    struct Caller {
        static rt::Task<void> sleep(ShardHost* host) {
            net::HttpRequest request;
            request.path_and_query = "/sleep?1000";
            CO_CHECK(co_await host->handle_http({}, "hello", std::move(request)));
            co_return ok();
        }
    };
    ASSERT_TRUE(scope.spawn(Caller::sleep(&host_)));
    ASSERT_TRUE(scope.spawn(host_.retire("hello")));

    host_.write_guest_line("hello", {}, obs::Level::info, "", "good bye");
    loop_.run_until_idle();
    host_.write_guest_line("hello", {}, obs::Level::info, "", "from the grave");

    EXPECT_EQ(events_.events("component.line_logged").size(), 1U);
}

TEST_F(HostImportsTest, WithoutALinkKeyValueIsDeniedInItsOwnWords) {
    const auto error = Type::variant({{"no-such-store", std::nullopt},
                                      {"access-denied", std::nullopt},
                                      {"other", Type(Kind::string)}})
                           .value();
    const Interface wanted{
        .name = "wasi:keyvalue/store@0.2.0-draft",
        .functions = {function("open", {{"identifier", Type(Kind::string)}},
                               Type::result(Type::own("bucket").value(), error).value())},
        .resources = {"bucket"}};

    EXPECT_EQ(call(wanted, 0, texts({"default"})), std::string("\1\1", 2)) << "access-denied";

    const auto refused = events_.events("component.import_refused");
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].fields.at("interface"), "wasi:keyvalue/store");
}

TEST_F(HostImportsTest, AVersionOfKeyValueThatTheHostDoesNotHaveMayBeLinkedToAComponent) {
    const Interface wanted{.name = "wasi:keyvalue/store@9.0.0",
                           .functions = {function("get", {}, std::nullopt)},
                           .resources = {}};

    EXPECT_EQ(call(wanted, 0, {}), "host.import_unlinked");
}

/// Remembers by which link it was called.
class Counting final : public capability::ImportTarget {
  public:
    void call(rt::CallCtx, std::uint32_t, engine::Payload, engine::ImportReply& reply) override {
        ++calls;
        reply.answer({});
    }
    int calls = 0;
};

TEST_F(HostImportsTest, AGuestChoosesItsLinkByTheBus) {
    const Interface lattice{
        .name = "wasmcloud:bus/lattice@2.0.0",
        .functions = {function("[constructor]call-target-interface",
                               {{"namespace", Type(Kind::string)},
                                {"package", Type(Kind::string)},
                                {"interface", Type(Kind::string)}},
                               Type::own("call-target-interface").value()),
                      function("set-link-name",
                               {{"name", Type(Kind::string)},
                                {"interfaces",
                                 Type::list(Type::own("call-target-interface").value()).value()}},
                               Type::result(std::nullopt, Type(Kind::string)).value())},
        .resources = {"call-target-interface"}};
    const Interface used{
        .name = "a:b/c", .functions = {function("f", {}, std::nullopt)}, .resources = {}};
    const value::World world{.imports = {lattice, used}, .exports = {}};
    const auto usual = std::make_shared<Counting>();
    const auto other = std::make_shared<Counting>();
    std::vector<ImportTable::Interface> rows;
    for (const auto& interface : world.imports)
        rows.push_back(host_interface(&host_, settings_, name_of(interface), interface).value());
    rows[1].routes = {{"default", usual}, {"other", other}};
    ImportDispatch instance(std::make_shared<ComponentImports>(ComponentImports{
        "hello", std::make_shared<ImportTable>(world, std::move(rows)), &logging_, &loop_}));
    const auto import = [&](std::uint32_t function, Bytes arguments) {
        capability::RecordingReply reply;
        instance.on_import({.span_id = 1}, function, engine::Payload::of(std::move(arguments)),
                           reply);
        return std::string(as_text(reply.outcome().result.value_or(to_bytes("none"))));
    };

    const auto handle = import(0, texts({"a", "b", "c"}));
    EXPECT_EQ(handle, "\5a:b/c");
    const auto choose = [&](std::string name) {
        auto arguments = texts({name});
        arguments.push_back(1);
        const auto bytes = to_bytes(handle);
        arguments.insert(arguments.end(), bytes.begin(), bytes.end());
        return import(1, arguments);
    };
    import(2, {});
    EXPECT_EQ(choose("other"), std::string("\0", 1));
    import(2, {});
    EXPECT_EQ(choose("nobody").at(0), '\1') << "the guest is told";

    EXPECT_EQ(usual->calls * 10 + other->calls, 11);
}

}  // namespace
}  // namespace weft::host
