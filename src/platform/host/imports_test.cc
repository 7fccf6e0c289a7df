// Components that call others and what their links lead to, over the fake engine on virtual time.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rt/byte_stream_fixture.h"
#include "platform/capability/import_reply_fixture.h"
#include "platform/host/component_target.h"
#include "platform/host/host_fixture.h"
#include "platform/host/host_imports.h"

namespace weft::host {
namespace {

using namespace std::chrono_literals;
using capability::ImportTarget;
using engine::Limit;
using engine::fake::Carried;
using engine::fake::GuestHost;
using testing::ElementsAre;
using testing::IsEmpty;
using value::Kind;
using value::Type;

value::Function function(std::string name) {
    return {.name = std::move(name),
            .params = {{"text", Type(Kind::string)}},
            .result = Type(Kind::string)};
}

value::Interface interface(std::string name, std::vector<std::string> functions) {
    value::Interface out{.name = std::move(name), .functions = {}, .resources = {}};
    for (auto& one : functions) out.functions.push_back(function(std::move(one)));
    return out;
}

value::World imports_of(std::vector<std::string> interfaces) {
    value::World world;
    for (auto& name : interfaces) world.imports.push_back(interface(std::move(name), {"say"}));
    return world;
}

/// Stands for what is on another host: answers later, when the test says so.
class FakeRemote final : public ImportTarget {
  public:
    explicit FakeRemote(std::string prefix) : prefix_(std::move(prefix)) {}
    void call(rt::CallCtx ctx, std::uint32_t, engine::Payload arguments,
              engine::ImportReply& reply) override {
        last = std::move(ctx);
        texts.emplace_back(as_text(arguments.bytes()));
        replies.push_back(reply.defer());
    }
    void drop(std::uint32_t resource, BytesView handle) override {
        dropped.push_back(std::to_string(resource) + std::string(as_text(handle)));
    }
    void answer() {
        replies.back().answer(engine::Payload::of(to_bytes(prefix_ + texts.back())));
        replies.pop_back();
    }

    rt::CallCtx last;
    std::vector<std::string> texts;
    std::vector<std::string> dropped;
    std::vector<engine::LaterReply> replies;

  private:
    std::string prefix_;
};

class ImportsTest : public HostTest {
  protected:
    /// An HTTP component whose path names the import to call, by number, and what to say to it.
    void add_caller(value::World world) {
        engine_.add(
            "caller",
            [](std::shared_ptr<GuestHost> host,
               net::HttpRequest request) -> rt::Task<net::HttpResponse> {
                net::HttpResponse response;
                std::string body;
                for (const char number : request.path_and_query.substr(1)) {
                    CO_TRY(const auto said,
                           co_await host->import(static_cast<std::uint32_t>(number - '0'),
                                                 Carried{.bytes = to_bytes("hi")}));
                    body += as_text(said.bytes);
                }
                response.body = rt::source_of(to_bytes(body));
                co_return response;
            },
            engine::HttpKind::sequential, std::move(world));
    }
    /// One that exports `test:a/x#say`, and says it back.
    void add_callee(engine::fake::Functions functions, std::string name = "callee",
                    value::World world = {}) {
        world.exports.push_back(interface("test:a/other@1.0.0", {"no"}));
        world.exports.push_back(interface("test:a/x@1.2.0", {"first", "say"}));
        engine_.add(std::move(name), std::move(world), std::move(functions));
    }
    void put(std::string id, const std::string& code, ImportTablePtr table = nullptr,
             engine::Limits limits = {}) {
        put_in(host_, std::move(id), code, limits, std::move(table));
    }
    ImportTable::Interface row(std::string name, std::vector<ImportTable::Route> routes) {
        ComponentSettings settings;
        settings.id = "caller";
        auto out = host_interface(&host_, settings, name, {}).value();
        out.routes = std::move(routes);
        return out;
    }
    ImportTable::Route to_component(std::string source, std::string target,
                                    std::string name = "default") {
        return {name, std::make_shared<ComponentTarget>(
                          &host_, capability::LinkKey{source, target, name, "test", "a"},
                          interface("test:a/x@1.0.0", {"say"}))};
    }
    rt::Task<void> fetch(std::string path) {
        net::HttpRequest request;
        request.path_and_query = std::move(path);
        Result<net::HttpResponse> response = co_await host_.handle_http(
            {.trace_id = {0, 7}, .span_id = ++span_}, "caller", std::move(request));
        if (!response) {
            outcomes_.emplace_back(response.error().slug.text());
            co_return ok();
        }
        CO_TRY(const auto body, co_await rt::read_all(response->body.get(), 1'000));
        outcomes_.emplace_back(as_text(body));
        co_return ok();
    }
    /// The body, or the slug of the error.
    std::string get(std::string path) {
        EXPECT_TRUE(loop_.run(fetch(std::move(path))));
        auto outcome = std::move(outcomes_.back());
        outcomes_.pop_back();
        return outcome;
    }

    std::uint64_t span_ = 0;
    std::vector<std::string> outcomes_;
};

rt::Task<Carried> echo(std::shared_ptr<GuestHost>, std::uint32_t function, Carried arguments) {
    co_return Carried{.bytes = to_bytes(std::to_string(function) + ":" +
                                        std::string(as_text(arguments.bytes)) + " ")};
}

TEST_F(ImportsTest, ACallGoesByTheFirstLinkOfItsInterface) {
    const auto world = imports_of({"test:a/x@1.0.0", "test:b/y"});
    add_caller(world);
    const auto far = std::make_shared<FakeRemote>("far ");
    add_callee(&echo);
    put("callee", "callee");
    put("caller", "caller",
        std::make_shared<ImportTable>(
            world, std::vector{row("test:a/x", {to_component("caller", "callee")}),
                               row("test:b/y", {{"default", far}})}));

    EXPECT_EQ(get("/00"), "2:hi 2:hi ") << "the number of what the callee exports";
    rt::Scope scope(&loop_);
    ASSERT_TRUE(scope.spawn(fetch("/1")));
    ASSERT_EQ(far->replies.size(), 1U);
    far->answer();
    loop_.run_until_idle();

    EXPECT_THAT(outcomes_, ElementsAre("far hi"));
    EXPECT_EQ(far->last.trace_id, (rt::TraceId{0, 7}));
}

TEST_F(ImportsTest, WithoutALinkTheGuestEndsAndTheLogSaysWhatIsMissing) {
    const auto world = imports_of({"test:a/x@1.0.0"});
    add_caller(world);
    put("caller", "caller", std::make_shared<ImportTable>(world, std::vector{row("test:a/x", {})}));

    EXPECT_EQ(get("/0"), "engine.trap");

    const auto refused = events_.events("component.import_refused");
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].fields.at("interface"), "test:a/x");
    EXPECT_EQ(refused[0].fields.at("error"), "host.import_unlinked");
}

TEST_F(ImportsTest, LinksChangeUnderARunningInstance) {
    const auto world = imports_of({"test:a/x@1.0.0"});
    add_caller(world);
    add_callee(&echo);
    put("callee", "callee");
    put("caller", "caller", std::make_shared<ImportTable>(world, std::vector{row("test:a/x", {})}),
        {{Limit::reuse, 100}});
    EXPECT_EQ(get("/"), "");

    host_.change_imports(
        "caller", std::make_shared<ImportTable>(
                      world, std::vector{row("test:a/x", {to_component("caller", "callee")})}));

    EXPECT_EQ(get("/0"), "2:hi ");
    EXPECT_EQ(counted("weft_host_instances_reused_total"), 1);
}

TEST_F(ImportsTest, TheGuestChoosesAmongLinkNamesForOneCall) {
    auto world = imports_of({"test:a/x@1.0.0", "test:b/y"});
    world.imports[1].resources = {"thing"};
    const auto one = std::make_shared<FakeRemote>("one");
    const auto two = std::make_shared<FakeRemote>("two");
    const auto imports = std::make_shared<ComponentImports>(
        ComponentImports{"caller",
                         std::make_shared<ImportTable>(
                             world, std::vector{row("test:a/x", {{"default", one}, {"b", two}}),
                                                row("test:b/y", {{"default", one}})}),
                         &logging_, &loop_});
    ImportDispatch dispatch(imports);
    const auto call = [&](std::uint64_t span) {
        capability::RecordingReply reply;
        dispatch.on_import({.span_id = span}, 0, engine::Payload::of(to_bytes("x")), reply);
    };
    call(1);
    EXPECT_TRUE(dispatch.choose_link("b", {"test:a/x", "test:not/imported"}));
    call(1);
    EXPECT_EQ(one->texts.size() * 10 + two->texts.size(), 11U);
    EXPECT_FALSE(dispatch.choose_link("b", {"test:b/y"})) << "there is none";
    dispatch.on_drop(0, as_bytes("h"));
    EXPECT_THAT(one->dropped, IsEmpty()) << "what no link leads on is dropped nowhere";
    call(2);
    dispatch.on_drop(0, as_bytes("h"));

    EXPECT_EQ(one->texts.size() * 10 + two->texts.size(), 21U)
        << "a choice is gone when the next call begins";
    EXPECT_THAT(one->dropped, ElementsAre("0h"));
}

TEST_F(ImportsTest, AComponentThatIsReplacedIsCalledByItsNewNumbers) {
    const auto world = imports_of({"test:a/x@1.0.0"});
    add_caller(world);
    add_callee(&echo);
    value::World more;
    more.exports = {interface("test:a/before", {"a", "b", "c"})};
    add_callee(&echo, "other", std::move(more));
    put("caller", "caller",
        std::make_shared<ImportTable>(
            world, std::vector{row("test:a/x", {to_component("caller", "callee")})}));
    EXPECT_EQ(get("/0"), "engine.trap") << "nobody is there yet";

    put("callee", "callee");
    EXPECT_EQ(get("/0"), "2:hi ");
    put("callee", "other");

    EXPECT_EQ(get("/0"), "5:hi ");
}

TEST_F(ImportsTest, ACallThatNobodyWaitsForEndsItsCallee) {
    const auto world = imports_of({"test:a/x@1.0.0"});
    add_caller(world);
    bool was_cancelled = false;
    add_callee([&](std::shared_ptr<GuestHost> host, std::uint32_t, Carried) -> rt::Task<Carried> {
        Result<void> slept = co_await host->sleep(1h);
        was_cancelled = !slept && slept.error().code == Errc::cancelled;
        co_return Carried{};
    });
    put("callee", "callee");
    put("caller", "caller",
        std::make_shared<ImportTable>(
            world, std::vector{row("test:a/x", {to_component("caller", "callee")})}));
    rt::Scope scope(&loop_);
    ASSERT_TRUE(scope.spawn(fetch("/0")));
    loop_.run_for(1s);
    EXPECT_EQ(host_.calls(), 2U);

    scope.cancel();
    loop_.run_until_idle();

    EXPECT_TRUE(was_cancelled);
    EXPECT_EQ(host_.calls(), 0U);
    EXPECT_LT(loop_.now(), TimePoint(1min));
}

TEST_F(ImportsTest, TheDeadlineOfTheCallerIsThatOfItsCalls) {
    const auto world = imports_of({"test:a/x@1.0.0"});
    add_caller(world);
    add_callee([](std::shared_ptr<GuestHost> host, std::uint32_t, Carried) -> rt::Task<Carried> {
        CO_CHECK(co_await host->sleep(1h));
        co_return Carried{};
    });
    put("callee", "callee");
    put("caller", "caller",
        std::make_shared<ImportTable>(
            world, std::vector{row("test:a/x", {to_component("caller", "callee")})}),
        {{Limit::deadline, 2s}});

    EXPECT_EQ(get("/0"), "engine.deadline");

    EXPECT_EQ(loop_.now(), TimePoint(2s));
    loop_.run_until_idle();
    EXPECT_EQ(host_.calls(), 0U);
}

TEST_F(ImportsTest, ACallOnItsWayGoesToWhatIsServedWhenItArrives) {
    const auto world = imports_of({"test:a/x@1.0.0"});
    add_caller(world);
    add_callee(&echo);
    value::World more;
    more.exports = {interface("test:a/before", {"a", "b", "c"})};
    add_callee(&echo, "other", std::move(more));
    put("callee", "callee");
    const auto target = to_component("caller", "callee").target;
    capability::RecordingReply reply;

    target->call({}, 0, engine::Payload::of(to_bytes("hi")), reply);
    put("callee", "other");
    loop_.run_until_idle();

    EXPECT_EQ(as_text(reply.outcome().result.value()), "5:hi ");
}

TEST_F(ImportsTest, CallsUnderWayOutliveAChangeOfLinks) {
    const auto world = imports_of({"test:a/x@1.0.0"});
    add_callee([](std::shared_ptr<GuestHost> host, std::uint32_t, Carried) -> rt::Task<Carried> {
        CO_CHECK(co_await host->sleep(1s));
        co_return Carried{.bytes = to_bytes("late")};
    });
    put("callee", "callee");
    const auto table = [&](ImportTable::Route route) {
        return std::make_shared<ImportTable>(world,
                                             std::vector{row("test:a/x", {std::move(route)})});
    };
    const auto imports = std::make_shared<ComponentImports>(
        ComponentImports{"caller", table(to_component("caller", "callee")), &logging_, &loop_});
    ImportDispatch dispatch(imports);
    const auto call = [&](std::uint64_t span, capability::RecordingReply& reply) {
        dispatch.on_import({.span_id = span}, 0, engine::Payload::of(to_bytes("hi")), reply);
    };
    capability::RecordingReply first;
    capability::RecordingReply second;
    call(1, first);

    const auto far = std::make_shared<FakeRemote>("far ");
    imports->table = table({"default", far});
    call(2, second);
    loop_.run_until_idle();

    EXPECT_EQ(as_text(first.outcome().result.value()), "late");
    EXPECT_THAT(far->texts, ElementsAre("hi"));
}

/// Exports what it imports, and calls itself through its link.
class Circle : public ImportsTest {
  protected:
    void put_circle(std::uint32_t concurrency) {
        auto world = imports_of({"test:a/x@1.0.0"});
        add_caller(world);
        add_callee(
            [this](std::shared_ptr<GuestHost> host, std::uint32_t,
                   Carried arguments) -> rt::Task<Carried> {
                ++depth_;
                Result<Carried> said = co_await host->import(0, std::move(arguments));
                co_return said;
            },
            "circle", world);
        const auto table = [&](std::string source) {
            return std::make_shared<ImportTable>(
                world, std::vector{row("test:a/x", {to_component(std::move(source), "circle")})});
        };
        put("circle", "circle", table("circle"), {{Limit::concurrency, concurrency}});
        put("caller", "caller", table("caller"));
    }
    std::vector<std::string> errors() {
        std::vector<std::string> all;
        for (const auto& event : events_.events("component.call_failed"))
            all.push_back(event.fields.at("error"));
        return all;
    }
    int depth_ = 0;
};

TEST_F(Circle, EndsAtADepth) {
    put_circle(100);

    EXPECT_EQ(get("/0"), "engine.trap");

    EXPECT_EQ(depth_, 32);
    EXPECT_EQ(errors().front(), "host.depth_exceeded");
    EXPECT_EQ(host_.calls(), 0U);
}

TEST_F(Circle, IsRefusedAtOnceWhenItWouldWaitForItself) {
    put_circle(3);

    EXPECT_EQ(get("/0"), "engine.trap");

    EXPECT_EQ(depth_, 3);
    EXPECT_EQ(errors().front(), "host.call_recursive");
    EXPECT_EQ(loop_.now(), TimePoint()) << "nobody waited";
}

}  // namespace
}  // namespace weft::host
