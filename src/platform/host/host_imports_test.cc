// What the host answers itself, called with encoded values as a guest does.
#include "platform/host/host_imports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/obs/capture_sink_fixture.h"
#include "base/rt/sim_loop_fixture.h"
#include "base/value/wire.h"
#include "base/value/wire_writer.h"
#include "platform/capability/import_reply_fixture.h"
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

class HostImportsTest : public testing::Test {
  protected:
    HostImportsTest() {
        settings_.id = "hello";
        settings_.config = {{"colour", "blue"}, {"size", "3"}};
    }
    ~HostImportsTest() override { EXPECT_TRUE(loop_.run(host_.stop())); }

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

    rt::SimLoop loop_;
    obs::CaptureSink events_;
    SystemWallClock clock_;
    obs::Registry registry_;
    obs::RateLimiter limiter_{{.budget_per_s = 100, .sources_max = 16}};
    obs::Log log_{&events_, &clock_, obs::Level::debug};
    obs::LimitedLog failures_{log_, registry_};
    GuestLogShared logging_{log_, Probe::in(registry_), &limiter_, &failures_};
    ShardHost host_{&loop_, {.shards = 1}, &logging_};
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

TEST_F(HostImportsTest, AComponentWritesLinesToTheLog) {
    const auto level =
        Type::enumeration({"trace", "debug", "info", "warn", "error", "critical"}).value();
    const Interface wanted{
        .name = "wasi:logging/logging@0.1.0-draft",
        .functions = {function(
            "log",
            {{"level", level}, {"context", Type(Kind::string)}, {"message", Type(Kind::string)}},
            std::nullopt)},
        .resources = {}};
    EXPECT_EQ(call(wanted, 0, texts({})), "wire.truncated");

    Bytes arguments{3};
    const auto rest = texts({"shop", "sold out"});
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    EXPECT_EQ(call(wanted, 0, arguments), "");
    EXPECT_TRUE(events_.events("component.line_logged").empty()) << "it is not served";

    GuestLog(&logging_, &loop_, {"hello", 10'000, {0, 7}})
        .write_logged(obs::Level::warn, std::string(300, 'c'), std::string(5'000, 'm'));
    const auto lines = events_.events("component.line_logged");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].level, obs::Level::warn);
    EXPECT_EQ(lines[0].fields.at("context"), std::string(256, 'c') + " [44 bytes cut]");
    EXPECT_TRUE(lines[0].fields.at("text").ends_with("m [1000 bytes cut]"));
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
