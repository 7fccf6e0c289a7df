// The control service over the fake engine, on virtual time: no thread, no socket.
#include "platform/control/service.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/folder_fixture.h"
#include "base/obs/capture_sink_fixture.h"
#include "base/rt/byte_stream_fixture.h"
#include "base/rt/sim_loop_fixture.h"
#include "io/engine/fake/fake_engine.h"
#include "io/engine/fake/named_code.h"

namespace weft::control {
namespace {

using namespace std::chrono_literals;
using engine::Limit;
using testing::ElementsAre;
using testing::IsEmpty;

/// Remembers what its provider was told, for all providers of one test.
struct Told {
    std::map<std::string, std::string> routes;  ///< By path; what the provider serves now.
    std::vector<std::string> log;
    std::string refuses;              ///< A path that it cannot serve.
    std::set<std::string> answering;  ///< Names of links that lead to a provider.
};
Told* told = nullptr;

class TestProvider final : public capability::Provider {
  public:
    explicit TestProvider(const capability::ProviderContext& context) : context_(context) {}

    rt::Task<void> change_links(capability::LinkChange change) override {
        for (const auto& link : change.put)
            if (link.source_config.at("path") == told->refuses)
                co_return fail(Errc::unavailable, "test.refused", "not this one");
        for (const auto& key : change.taken)
            std::erase_if(told->routes,
                          [&](const auto& route) { return route.second == key.target; });
        for (const auto& link : change.put)
            told->routes[link.source_config.at("path")] = link.target;
        co_return ok();
    }
    rt::Task<void> stop_accepting() override { return note("stop accepting"); }
    rt::Task<void> drain() override { return note("drain"); }
    rt::Task<void> stop() override { return note("stop"); }
    std::vector<std::string> addresses() const override { return {"test:1"}; }

    /// "status body", or the slug of the error.
    static rt::Task<std::string> get(capability::Invoker* invoker, std::string route,
                                     std::string path) {
        net::HttpRequest request;
        request.path_and_query = std::move(path);
        Result<net::HttpResponse> response =
            co_await invoker->handle_http({}, told->routes[route], std::move(request));
        if (!response) co_return std::string(response.error().slug.text());
        CO_TRY(const auto body, co_await rt::read_all(response->body.get(), 1'000));
        co_return std::string(as_text(body));
    }

  private:
    static rt::Task<void> note(std::string what) {
        told->log.push_back(std::move(what));
        co_return ok();
    }
    capability::ProviderContext context_;
};

/// Says what it was called by.
class TestTarget final : public capability::ImportTarget {
  public:
    explicit TestTarget(std::string name) : name_(std::move(name)) {}
    void call(rt::CallCtx, std::uint32_t, engine::Payload, engine::ImportReply& reply) override {
        reply.answer(engine::Payload::of(to_bytes(name_)));
    }

  private:
    std::string name_;
};

/// Answers by links that it was told of, and by no other.
class AnsweringProvider final : public capability::Provider {
  public:
    explicit AnsweringProvider(const capability::ProviderContext&) {}
    rt::Task<void> change_links(capability::LinkChange change) override {
        for (const auto& key : change.taken) told->answering.erase(key.name);
        for (const auto& link : change.put) told->answering.insert(link.name);
        co_return ok();
    }
    Result<std::vector<std::unique_ptr<capability::ImportTarget>>> bind(
        const capability::LinkKey& link, const value::Interface&) override {
        EXPECT_TRUE(told->answering.contains(link.name)) << link.name << " was not put";
        std::vector<std::unique_ptr<capability::ImportTarget>> targets;
        targets.push_back(std::make_unique<TestTarget>("by " + link.name));
        return targets;
    }
    rt::Task<void> stop_accepting() override { co_return ok(); }
    rt::Task<void> drain() override { co_return ok(); }
    rt::Task<void> stop() override { co_return ok(); }
};
constexpr std::array<std::string_view, 1> answered{"a:b/c"};

constexpr std::array<std::string_view, 1> interfaces{"wasi:http/incoming-handler"};
std::unique_ptr<capability::Provider> make(const capability::ProviderContext& context) {
    return std::make_unique<TestProvider>(context);
}
/// Two links with one path cannot stand together.
std::vector<capability::LinkFault> check(const std::vector<capability::Link>& links) {
    std::vector<capability::LinkFault> faults;
    for (std::size_t at = 0; at < links.size(); ++at)
        for (std::size_t before = 0; before < at; ++before)
            if (links[at].source_config == links[before].source_config)
                faults.push_back({at,
                                  before,
                                  "path",
                                  {Errc::already_exists, "test.taken", "the path is taken"}});
    return faults;
}
constexpr std::array kinds{
    capability::ProviderKind{"test", interfaces, {}, &make, &check},
    capability::ProviderKind{"other", interfaces, {}, &make, &check},
    capability::ProviderKind{
        "answers",
        {},
        answered,
        [](const capability::ProviderContext& context) -> std::unique_ptr<capability::Provider> {
            return std::make_unique<AnsweringProvider>(context);
        },
        [](const std::vector<capability::Link>&) { return std::vector<capability::LinkFault>(); }},
    capability::ProviderKind{
        "answers-too",
        {},
        answered,
        nullptr,
        [](const std::vector<capability::Link>&) { return std::vector<capability::LinkFault>(); },
        "answers"}};

class ServiceTest : public FolderTest {
  protected:
    ServiceTest() {
        told = &told_;
        for (const char* name : {"one", "two", "three"}) add(name);
        trust_.unsigned_code = claims::UnsignedCode::allow;
    }
    ~ServiceTest() override {
        EXPECT_TRUE(loop_.run(service_.stop()));
        EXPECT_EQ(host_.instances(), 0U);
        EXPECT_THAT(events_.undeclared_errors(), IsEmpty());
    }

    /// A component of that name is a file, and answers with its name.
    void add(std::string name) {
        const auto code = engine::fake::named_code(name);
        engine_.add(code,
                    [name](std::shared_ptr<engine::fake::GuestHost> host,
                           net::HttpRequest request) -> rt::Task<net::HttpResponse> {
                        if (request.path_and_query == "/sleep") CO_CHECK(co_await host->sleep(3s));
                        net::HttpResponse response;
                        response.body = rt::source_of(to_bytes(name));
                        co_return response;
                    });
        write(name, code);
    }
    /// One component `id` with the code of `file`, behind a route of its own.
    Application application(std::string name, std::string file, engine::Limits limits = {},
                            std::string provider = "test") {
        host::ComponentSettings component;
        component.id = name + "-c";
        component.path = path(file);
        component.limits = limits;
        capability::Link link;
        link.source = name + "-p";
        link.target = component.id;
        link.ns = "wasi";
        link.package = "http";
        link.interfaces = {"incoming-handler"};
        link.source_config = {{"path", name}};
        link.provider = std::move(provider);
        return {.name = std::move(name),
                .components = {std::move(component)},
                .providers = {{link.source, link.provider}},
                .links = {link}};
    }
    Result<void> deploy(std::vector<Application> applications) {
        return loop_.run(service_.deploy(std::move(applications), trust_));
    }
    std::string get(std::string route, std::string path = "/") {
        return loop_.run(TestProvider::get(&host_, std::move(route), std::move(path))).value();
    }
    rt::Task<void> collect(std::string route, std::string path) {
        CO_TRY(auto outcome, co_await TestProvider::get(&host_, std::move(route), std::move(path)));
        outcomes_.push_back(std::move(outcome));
        co_return ok();
    }

    Told told_;
    rt::SimLoop loop_;
    rt::ExecutorPool workers_{&loop_};
    rt::Scope scope_{&loop_};
    obs::CaptureSink events_;
    SystemWallClock clock_;
    SeededRandom random_{1};
    obs::Registry registry_;
    obs::Log log_{&events_, &clock_, obs::Level::info};
    obs::RateLimiter rate_{{.budget_per_s = 100'000, .sources_max = 16}};
    obs::LimitedLog failures_{log_, registry_};
    host::GuestLogShared logging_{log_, host::Probe::in(registry_), &rate_, &failures_};
    engine::fake::FakeEngine engine_;
    host::ShardHost host_{&loop_, {.shards = 1}, &logging_};
    claims::TrustPolicy trust_;
    Service service_{{.engine = &engine_,
                      .workers = &workers_,
                      .shards = {{{&loop_, &scope_}, &host_}},
                      .kinds = kinds,
                      .log = log_,
                      .failures = &failures_,
                      .clock = &clock_,
                      .random = &random_}};
    std::vector<std::string> outcomes_;
};

TEST_F(ServiceTest, DeploysUpdatesScalesAndTakesAway) {
    ASSERT_TRUE(deploy({application("a", "one"), application("b", "two")}));
    EXPECT_EQ(get("a") + " " + get("b"), "one two");
    EXPECT_THAT(service_.addresses(), ElementsAre("test:1"));

    ASSERT_TRUE(deploy({application("a", "three")}));
    EXPECT_EQ(get("a") + " " + get("b"), "three two");

    ASSERT_TRUE(deploy({application("b", "two", {{Limit::queue, 5}})}));
    EXPECT_EQ(service_.running().components.at("b-c").settings.limits[Limit::queue], 5U);
    EXPECT_EQ(events_.events("component.code_loaded").size(), 3U) << "no new code, no compiling";

    ASSERT_TRUE(loop_.run(service_.undeploy({"a"})));
    EXPECT_EQ(get("a") + " " + get("b"), "host.component_unknown two");
    EXPECT_EQ(service_.running().components.size(), 1U);
}

TEST_F(ServiceTest, OtherCodeInTheSameFileIsAnUpdate) {
    ASSERT_TRUE(deploy({application("a", "one")}));
    write("one", engine::fake::named_code("two"));

    ASSERT_TRUE(deploy({application("a", "one")}));

    EXPECT_EQ(get("a"), "two");
}

TEST_F(ServiceTest, ACallUnderWayEndsAsItBeganWhenItsApplicationGoes) {
    ASSERT_TRUE(deploy({application("a", "one")}));
    ASSERT_TRUE(scope_.spawn(collect("a", "/sleep")));

    ASSERT_TRUE(loop_.run(service_.undeploy({"a"})));

    EXPECT_THAT(outcomes_, ElementsAre("one"));
    EXPECT_EQ(host_.instances(), 0U);
}

TEST_F(ServiceTest, ARefusedDeployLeavesTheHostAsItWas) {
    ASSERT_TRUE(deploy({application("a", "one"), application("b", "two")}));
    const auto before = service_.running();
    told_.refuses = "c";

    // Everything is fine except for a link: the update, the new component and the new limits go
    // back.
    const auto refused =
        deploy({application("a", "three"), application("b", "two", {{Limit::queue, 5}}),
                application("c", "three")});

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("test.refused"));
    EXPECT_EQ(get("a") + " " + get("b") + " " + get("c"), "one two host.component_unknown");
    EXPECT_EQ(diff(service_.running(), before), std::vector<Action>());
    EXPECT_EQ(diff(before, service_.running()), std::vector<Action>());
    told_.refuses.clear();
    EXPECT_TRUE(deploy({application("a", "three"), application("c", "three")}));
    EXPECT_EQ(get("a") + " " + get("c"), "three three");
}

TEST_F(ServiceTest, LinksOfOneProviderGoBackWhenAnotherRefuses) {
    ASSERT_TRUE(deploy({application("a", "one", {}, "other")}));
    told_.refuses = "z";

    // "other" changes first, then "test" refuses.
    EXPECT_FALSE(deploy({application("b", "two", {}, "other"), application("z", "two")}));

    EXPECT_THAT(told_.routes, ElementsAre(testing::Pair("a", "a-c")));
}

TEST_F(ServiceTest, NothingChangesBeforeAllCodeIsAdmittedAndCompiled) {
    ASSERT_TRUE(deploy({application("a", "one")}));
    write("broken", "no wasm at all");
    write("unknown", engine::fake::named_code("nobody compiles this"));

    EXPECT_FALSE(deploy({application("a", "two"), application("z", "broken")}));
    EXPECT_EQ(deploy({application("a", "two"), application("z", "unknown")}).error().slug,
              Slug("engine.not_wasm"));
    EXPECT_EQ(deploy({application("a", "two"), application("z", "missing")}).error().code,
              Errc::not_found);
    trust_.unsigned_code = claims::UnsignedCode::deny;
    EXPECT_EQ(deploy({application("a", "two")}).error().slug, Slug("claims.unsigned"));

    EXPECT_EQ(get("a"), "one");
}

TEST_F(ServiceTest, RefusesWhatCannotStandTogether) {
    auto same_id = application("b", "two");
    same_id.components[0].id = "a-c";
    auto two_links = application("b", "two");
    two_links.links.push_back(two_links.links[0]);

    EXPECT_EQ(deploy({application("a", "one"), same_id}).error().slug, Slug("app.id_taken"));
    EXPECT_EQ(deploy({application("a", "one"), application("a", "two")}).error().slug,
              Slug("control.application_repeated"));
    EXPECT_EQ(deploy({two_links}).error().slug, Slug("control.link_taken"));
    EXPECT_EQ(deploy({application("a", "one", {}, "nobody")}).error().slug,
              Slug("app.provider_unsupported"));
    auto without_links = application("a", "one", {}, "nobody");
    without_links.links.clear();
    EXPECT_EQ(deploy({without_links}).error().slug, Slug("app.provider_unsupported"));
    auto other_interface = application("a", "one");
    other_interface.links[0].interfaces = {"incoming-handler@0.2.0", "outgoing-handler"};
    EXPECT_EQ(deploy({other_interface}).error().slug, Slug("control.link_interface"));
    other_interface.links[0].interfaces = {};
    other_interface.links[0].package = "keyvalue";
    EXPECT_EQ(deploy({other_interface}).error().slug, Slug("control.link_interface"));
    auto same_path = application("b", "nobody compiles this");
    same_path.links[0].source_config = {{"path", "a"}};
    const auto taken = deploy({application("a", "one"), same_path});
    EXPECT_EQ(taken.error().slug, Slug("test.taken")) << "before any code is looked at";
    EXPECT_EQ(taken.error().message,
              "application 'b': applications 'a' and 'b': the path is taken");
    EXPECT_EQ(loop_.run(service_.undeploy({"a"})).error().slug,
              Slug("control.application_unknown"));
    EXPECT_THAT(service_.addresses(), IsEmpty());
}

TEST_F(ServiceTest, OrdersWaitForEachOtherAndTooManyAreRefused) {
    int done = 0;
    int refused = 0;
    struct Caller {
        static rt::Task<void> deploy(Service* service, Application application,
                                     claims::TrustPolicy trust, int* done, int* refused) {
            std::vector<Application> one;
            one.push_back(std::move(application));
            Result<void> result = co_await service->deploy(std::move(one), std::move(trust));
            if (result)
                ++*done;
            else if (result.error().slug == Slug("control.orders_full"))
                ++*refused;
            co_return ok();
        }
    };
    for (std::uint32_t i = 0; i < Service::orders_max + 2; ++i)
        ASSERT_TRUE(scope_.spawn(Caller::deploy(
            &service_, application("a" + std::to_string(i), "one"), trust_, &done, &refused)));
    loop_.run_for(0s);

    EXPECT_EQ(done, static_cast<int>(Service::orders_max) + 1);
    EXPECT_EQ(refused, 1);
}

TEST_F(ServiceTest, DrainReachesEveryProvider) {
    ASSERT_TRUE(deploy({application("a", "one"), application("b", "two", {}, "other")}));

    ASSERT_TRUE(loop_.run(service_.drain()));

    EXPECT_THAT(told_.log, ElementsAre("stop accepting", "stop accepting", "drain", "drain"));
    EXPECT_EQ(deploy({application("c", "one")}).error().slug, Slug("control.stopping"));
}

value::World world(std::vector<std::string> imports, std::vector<std::string> exports,
                   value::Kind kind = value::Kind::u8) {
    const auto made = [&](std::vector<std::string> names) {
        std::vector<value::Interface> out;
        for (auto& name : names)
            out.push_back({.name = std::move(name),
                           .functions = {{.name = "f",
                                          .params = {{"p", value::Type(kind)}},
                                          .result = std::nullopt}},
                           .resources = {}});
        return out;
    };
    return {.imports = made(std::move(imports)), .exports = made(std::move(exports))};
}

/// A component that serves HTTP by a call of what it imports, and ones that it may call.
class LinkedServiceTest : public ServiceTest {
  protected:
    LinkedServiceTest() {
        const auto code = engine::fake::named_code("caller");
        engine_.add(
            code,
            [](std::shared_ptr<engine::fake::GuestHost> host,
               net::HttpRequest) -> rt::Task<net::HttpResponse> {
                CO_TRY(const auto said, co_await host->import(0, {.bytes = {1}}));
                net::HttpResponse response;
                response.body = rt::source_of(Bytes(said.bytes));
                co_return response;
            },
            engine::HttpKind::sequential, world({"a:b/c@0.2.0"}, {}));
        write("caller", code);
        add_callee("callee", world({}, {"a:b/c@0.2.1"}));
        add_callee("other", world({}, {"a:b/c@0.2.1"}));
        add_callee("wrong", world({}, {"a:b/c@0.2.1"}, value::Kind::u16));
    }
    void add_callee(std::string name, value::World world) {
        const auto code = engine::fake::named_code(name);
        engine_.add(code, std::move(world),
                    [name](std::shared_ptr<engine::fake::GuestHost>, std::uint32_t,
                           engine::fake::Carried) -> rt::Task<engine::fake::Carried> {
                        co_return engine::fake::Carried{.bytes = to_bytes(name)};
                    });
        write(name, code);
    }
    /// "a" calls `callee` by its link, unless that is empty.
    Application linked(std::string callee) {
        auto out = application("a", "caller");
        if (callee.empty()) return out;
        host::ComponentSettings component;
        component.id = "a-callee";
        component.path = path(callee);
        out.components.push_back(component);
        capability::Link link;
        link.source = "a-c";
        link.target = component.id;
        link.ns = "a";
        link.package = "b";
        link.interfaces = {"c"};
        out.links.push_back(link);
        return out;
    }
};

TEST_F(LinkedServiceTest, AComponentCallsWhatItsLinkLeadsTo) {
    ASSERT_TRUE(deploy({linked("callee")}));
    EXPECT_EQ(get("a"), "callee");

    ASSERT_TRUE(deploy({linked("other")}));

    EXPECT_EQ(get("a"), "other") << "the link is the same, what it leads to is not";
    EXPECT_THAT(events_.events("component.import_unlinked"), IsEmpty());
}

TEST_F(LinkedServiceTest, LinksComeAndGoUnderAComponentThatRuns) {
    ASSERT_TRUE(deploy({linked("")}));
    ASSERT_EQ(events_.events("component.import_unlinked").size(), 1U);
    EXPECT_EQ(events_.events("component.import_unlinked")[0].fields.at("interface"), "a:b/c");
    EXPECT_EQ(get("a"), "engine.trap");

    ASSERT_TRUE(deploy({linked("callee")}));
    EXPECT_EQ(get("a"), "callee");
    ASSERT_TRUE(deploy({linked("")}));

    EXPECT_EQ(get("a"), "engine.trap");
    EXPECT_EQ(events_.events("component.import_refused").size(), 2U);
}

TEST_F(LinkedServiceTest, ADifferenceOfTypesIsNamedBeforeAnythingChanges) {
    ASSERT_TRUE(deploy({linked("callee")}));

    const auto refused = deploy({linked("wrong")});

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("host.link_mismatch"));
    EXPECT_EQ(refused.error().message,
              "'a-c' calls 'a-callee': its a:b/c@0.2.1#f is another one: parameter 'p': u16, not "
              "u8");
    EXPECT_EQ(get("a"), "callee");
}

TEST_F(LinkedServiceTest, LinksToProvidersGoBackWhenALaterStepFails) {
    const auto to_provider = [&](std::string name, std::string kind) {
        auto out = linked("");
        out.providers.push_back({"a-kv", kind});
        capability::Link link;
        link.name = std::move(name);
        link.source = "a-c";
        link.target = "a-kv";
        link.ns = "a";
        link.package = "b";
        link.interfaces = {"c"};
        link.provider = std::move(kind);
        link.is_answered_by_provider = true;
        out.links.push_back(link);
        return out;
    };
    ASSERT_TRUE(deploy({to_provider("default", "answers")}));
    EXPECT_EQ(get("a"), "by default");

    told_.refuses = "b";
    EXPECT_EQ(deploy({to_provider("other", "answers"), application("b", "one")}).error().slug,
              Slug("test.refused"));
    EXPECT_EQ(get("a"), "by default");
    EXPECT_EQ(told_.answering, std::set<std::string>{"default"});
    EXPECT_THAT(events_.events("control.undo_failed"), IsEmpty());

    ASSERT_TRUE(deploy({to_provider("default", "answers-too")})) << "the same object, another name";
    EXPECT_EQ(told_.answering, std::set<std::string>{"default"});
    ASSERT_TRUE(deploy({to_provider("other", "answers")}));
    EXPECT_EQ(told_.answering, std::set<std::string>{"other"});
    EXPECT_EQ(get("a"), "engine.trap") << "none is called 'default'";
}

TEST_F(LinkedServiceTest, LinksArePutAndTakenByThemselves) {
    auto both = linked("callee");
    auto link = both.links.back();
    both.links.pop_back();
    ASSERT_TRUE(loop_.run(service_.put_link(link))) << "its ends may come later";
    ASSERT_TRUE(deploy({both}));
    EXPECT_EQ(get("a"), "callee");
    EXPECT_EQ(service_.running().links.size(), 2U);

    auto other = link;
    other.target = "elsewhere";
    EXPECT_EQ(loop_.run(service_.put_link(other)).error().slug, Slug("control.link_overlaps"));
    EXPECT_EQ(deploy({linked("callee")}).error().slug, Slug("control.link_taken"));
    EXPECT_EQ(get("a"), "callee");

    other.interfaces = {"c@0.2.0"};
    EXPECT_EQ(loop_.run(service_.put_link(other)).error().slug, Slug("control.link_overlaps"))
        << "versions do not count";
    auto http = both.links.front();
    http.target = "a-callee";
    EXPECT_EQ(loop_.run(service_.put_link(http)).error().slug, Slug("app.not_http"));

    ASSERT_TRUE(loop_.run(service_.delete_link(link.key())));
    EXPECT_EQ(get("a"), "engine.trap");
    EXPECT_EQ(loop_.run(service_.delete_link(link.key())).error().slug,
              Slug("control.link_unknown"));
    ASSERT_TRUE(loop_.run(service_.put_link(link)));
    EXPECT_EQ(get("a"), "callee");

    ASSERT_TRUE(loop_.run(service_.undeploy({"a"})));
    EXPECT_EQ(service_.running().links.size(), 1U) << "the link stays for who comes again";
}

}  // namespace
}  // namespace weft::control
