#include "platform/providers/http_server/provider.h"

#include <future>
#include <string>

#include <gtest/gtest.h>

#include "base/rt/shard.h"
#include "io/net/loopback_client_fixture.h"
#include "io/net/tcp.h"

namespace weft::providers::http_server {
namespace {

using namespace std::chrono_literals;
using capability::Link;

TEST(Routes, LongestPathOfTheMatchingHostWins) {
    Routes routes;
    ASSERT_EQ(routes.add({.host = "", .path = "/", .target = "all"}), nullptr);
    ASSERT_EQ(routes.add({.host = "", .path = "/api", .target = "api"}), nullptr);
    ASSERT_EQ(routes.add({.host = "", .path = "/api/v2", .target = "v2"}), nullptr);
    ASSERT_EQ(routes.add({.host = "shop.example", .path = "/", .target = "shop"}), nullptr);

    EXPECT_EQ(routes.find("h", "/")->target, "all");
    EXPECT_EQ(routes.find("h", "/apix")->target, "all");
    EXPECT_EQ(routes.find("h", "/api?x=/api/v2")->target, "api");
    EXPECT_EQ(routes.find("h", "/api/v2/x")->target, "v2");
    EXPECT_EQ(routes.find("Shop.Example:8000", "/api")->target, "shop");
    EXPECT_EQ(routes.add({.host = "", .path = "/api", .target = "twice"})->target, "api");
    EXPECT_EQ(Routes().find("h", "/"), nullptr);
}

/// "setting slug" of each fault.
std::string faults_of(const capability::Config& provider, const capability::Config& link) {
    std::string faults;
    const auto on_fault = [&](std::string_view setting, const Error& error) {
        faults.append(faults.empty() ? "" : ", ").append(setting).append(" ");
        faults.append(error.slug.text());
    };
    read_link_config(read_provider_config(provider, on_fault), link, on_fault);
    return faults;
}
LinkConfig read(const capability::Config& provider, const capability::Config& link) {
    EXPECT_EQ(faults_of(provider, link), "");
    return read_link_config(read_provider_config(provider, {}), link, {});
}

TEST(Config, ReadsUpstreamsKeysInAnyCase) {
    const capability::Config by_path{{"routing_mode", "path"}, {"default_address", "127.0.0.1:81"}};

    EXPECT_EQ(read(by_path, {{"path", "/a/"}}).path, "/a");
    EXPECT_EQ(read(by_path, {{"path", "/a"}}).address, (net::Address{"127.0.0.1", 81}));
    EXPECT_EQ(read({{"header", "Host"}}, {{"address", "0.0.0.0:9"}, {"host", "A.b"}}).host, "a.b");
    EXPECT_EQ(read({}, {{"ADDRESS", "0.0.0.0:9"}}).address.port, 9);
    EXPECT_EQ(read({}, {{"readonly_mode", "False"}}).address, (net::Address{"127.0.0.1", 8000}));
    EXPECT_EQ(read({}, {{"body_max", "2KiB"}}).body_bytes_max, 2048U);
    EXPECT_EQ(read({}, {}).body_bytes_max, std::numeric_limits<std::uint64_t>::max());
}

TEST(Config, SaysEverySettingThatIsWrong) {
    EXPECT_EQ(faults_of({{"routing_mode", "x"}, {"default_address", "x"}},
                        {{"address", "x"}, {"path", "a"}, {"body_max", "much"}}),
              "routing_mode http_server.routing_unknown, default_address net.address_invalid, "
              "address net.address_invalid, path http_server.path_invalid, "
              "body_max units.size_invalid");
    EXPECT_EQ(faults_of({{"routing_mode", "path"}}, {}), "path http_server.path_missing");
    EXPECT_EQ(faults_of({{"routing_mode", "host"}}, {}), "host http_server.host_missing");
    EXPECT_EQ(faults_of({{"header", "x-host"}}, {}), "header manifest.setting_unsupported");
    for (const std::string name :
         {"readonly_mode", "TLS_cert_file", "tls_priv_key_file", "config_json", "config_b64",
          "cors_allowed_origins", "cors_allowed_headers", "cors_allowed_methods"})
        EXPECT_EQ(faults_of({}, {{name, "true"}}), name + " manifest.setting_unsupported");
    for (const auto& [proxies, slug] : {std::pair{"10.0.0.7,proxy", "net.range_invalid"},
                                        {"10.0.0.7:80", "http_server.proxy_port"}})
        EXPECT_EQ(faults_of({{"trusted_proxies", proxies}}, {}),
                  std::string("trusted_proxies ") + slug);
}

Link link_of(std::string source, capability::Config config) {
    Link link;
    link.source = std::move(source);
    link.target = "c";
    link.source_config = std::move(config);
    return link;
}

TEST(Check, SaysWhichProvidersShareAnAddress) {
    const auto one = link_of("p1", {{"address", "127.0.0.1:80"}});
    const auto all = link_of("p2", {{"address", "0.0.0.0:80"}});
    const auto other = link_of("p2", {{"address", "localhost:80"}, {"path", "/b"}});

    const auto overlap = Provider::check({one, all});
    ASSERT_EQ(overlap.size(), 1U);
    EXPECT_EQ(overlap[0].error.slug, Slug("http_server.address_overlaps"));
    EXPECT_EQ(overlap[0].link, 1U);
    EXPECT_EQ(overlap[0].other, 0U);
    EXPECT_EQ(overlap[0].setting, "address");
    EXPECT_NE(overlap[0].error.message.find("'p1' listens on 127.0.0.1:80 and provider 'p2'"),
              std::string::npos)
        << overlap[0].error.message;
    const auto taken = Provider::check({one, link_of("p2", {{"address", "127.0.0.1:80"}})});
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].error.slug, Slug("http_server.route_taken"));
    EXPECT_EQ(taken[0].other, 0U);
    EXPECT_NE(taken[0].error.message.find("provider 'p2'"), std::string::npos);
    EXPECT_TRUE(Provider::check({one, other}).empty()) << "they share a listener";
}

TEST(Check, KnowsWhichAddressesTheKernelTakesForOne) {
    const auto faults = [](std::string a, std::string b) {
        return Provider::check({link_of("p1", {{"address", std::move(a)}, {"path", "/a"}}),
                                link_of("p2", {{"address", std::move(b)}, {"path", "/b"}})})
            .size();
    };
    EXPECT_EQ(faults("[::]:80", "127.0.0.1:80"), 1U);
    EXPECT_EQ(faults("[::1]:80", "[::]:80"), 1U);
    EXPECT_EQ(faults("[::]:80", "[0:0::0]:80"), 0U) << "one address";
    EXPECT_EQ(faults("[::1]:80", "0.0.0.0:80"), 0U);
    EXPECT_EQ(faults("127.0.0.1:80", "127.0.0.2:80"), 0U);
    EXPECT_EQ(faults("127.0.0.1:80", "0.0.0.0:81"), 0U);
    EXPECT_EQ(faults("127.0.0.1:0", "0.0.0.0:0"), 0U);
}

/// Answers with its name and the path, or with the error that the path names.
class NamedInvoker final : public capability::Invoker {
  public:
    rt::Task<net::HttpResponse> handle_http(rt::CallCtx, capability::ComponentId target,
                                            net::HttpRequest request) override {
        if (request.path_and_query == "/full")
            co_return fail(Errc::exhausted, "host.queue_full", "secret reason");
        if (request.path_and_query == "/memory")
            co_return fail(Errc::exhausted, "engine.memory_limit", "secret reason");
        if (request.path_and_query == "/trap")
            co_return fail(Errc::guest_trap, "engine.trap", "secret reason");
        if (request.path_and_query == "/slow")
            co_return fail(Errc::deadline, "engine.deadline", "secret reason");
        net::HttpResponse response;
        response.body = rt::source_of(to_bytes(target + " " + request.path_and_query));
        co_return response;
    }
};

class ProviderTest : public testing::Test {
  protected:
    ProviderTest() {
        on_control([&] {
            for (auto* thread : {&control_, &other_})
                scopes_.push_back(std::make_unique<rt::Scope>(&thread->shard()));
            provider_ = make();
        });
    }
    ~ProviderTest() override {
        EXPECT_TRUE(run(provider_->stop()));
        // A task tells its result just before it leaves its scope: one more turn of each shard and
        // all have left.
        for (auto* thread : {&control_, &other_}) turn(thread->shard());
        on_control([&] { provider_.reset(); });
    }

    std::unique_ptr<Provider> make(net::HttpLimits limits = {}) {
        return std::make_unique<Provider>(
            capability::ProviderContext{
                .shards = {{{&control_.shard(), scopes_[0].get()}, &invoker_},
                           {{&other_.shard(), scopes_[1].get()}, &invoker_}},
                .log = {},
                .failures = &failures_,
                .clock = &clock_,
                .random = &random_,
                .connections = nullptr,
                .data_directory = {}},
            limits);
    }
    static void turn(rt::Shard& shard) {
        std::promise<void> done;
        shard.post([&] { done.set_value(); });
        done.get_future().wait();
    }

    template <typename Work>
    void on_control(Work work) {
        std::promise<void> done;
        control_.shard().post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    Result<void> run(rt::Task<void> task) {
        std::promise<Result<void>> done;
        on_control([&] { ASSERT_TRUE(scopes_[0]->spawn(keep(std::move(task), &done))); });
        return done.get_future().get();
    }
    static rt::Task<void> keep(rt::Task<void> task, std::promise<Result<void>>* done) {
        Result<void> result = co_await std::move(task);
        done->set_value(std::move(result));
        co_return ok();
    }
    static Link link(std::string target, capability::Config config) {
        Link link;
        link.source = "http";
        link.target = std::move(target);
        link.source_config = std::move(config);
        return link;
    }
    Result<void> put(std::vector<Link> links) {
        return run(provider_->change_links({.put = std::move(links), .taken = {}}));
    }
    Result<void> change(std::vector<Link> links, const std::vector<Link>& taken) {
        capability::LinkChange change{.put = std::move(links), .taken = {}};
        for (const auto& one : taken) change.taken.push_back(one.key());
        return run(provider_->change_links(std::move(change)));
    }
    net::Address address(std::size_t at = 0) {
        return net::parse_address(provider_->addresses().at(at)).value();
    }
    std::string get(std::string_view path) {
        net::LoopbackClient client(address());
        client.send("GET " + std::string(path) +
                    " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        return client.read_to_close();
    }

    obs::LimitedLog failures_;
    rt::ShardThread control_{0};
    rt::ShardThread other_{1};
    NamedInvoker invoker_;
    SystemWallClock clock_;
    SystemRandom random_;
    std::vector<std::unique_ptr<rt::Scope>> scopes_;
    std::unique_ptr<Provider> provider_;
};

TEST_F(ProviderTest, ServesLinksByPathOnEveryShard) {
    ASSERT_TRUE(put({link("a", {{"address", "127.0.0.1:0"}}),
                     link("b", {{"address", "127.0.0.1:0"}, {"path", "/b"}})}));

    ASSERT_EQ(provider_->addresses().size(), 1U);
    // The kernel spreads connections over the shards: enough of them meet both.
    for (int i = 0; i < 32; ++i) {
        EXPECT_TRUE(get("/x").ends_with("\r\n\r\na /x"));
        EXPECT_TRUE(get("/b").ends_with("\r\n\r\nb /b"));
    }
}

TEST_F(ProviderTest, FailuresTellTheClientACallNotAReason) {
    ASSERT_TRUE(put({link("a", {{"address", "127.0.0.1:0"}, {"host", "h"}})}));

    const auto full = get("/full");
    EXPECT_TRUE(full.starts_with("HTTP/1.1 503 "));
    EXPECT_NE(full.find("retry-after: 1\r\n"), std::string::npos);
    const auto memory = get("/memory");
    EXPECT_TRUE(memory.starts_with("HTTP/1.1 500 ")) << "it would reach its limit again";
    EXPECT_EQ(memory.find("retry-after"), std::string::npos);
    EXPECT_TRUE(get("/slow").starts_with("HTTP/1.1 504 "));
    const auto trapped = get("/trap");
    EXPECT_TRUE(trapped.starts_with("HTTP/1.1 500 "));
    EXPECT_NE(trapped.find("the host's log explains call "), std::string::npos);
    EXPECT_EQ(trapped.find("secret"), std::string::npos);
}

TEST_F(ProviderTest, BodiesHaveTheBoundOfTheirLink) {
    ASSERT_TRUE(put({link("a", {{"address", "127.0.0.1:0"}, {"body_max", "4B"}}),
                     link("b", {{"address", "127.0.0.1:0"}, {"path", "/b"}})}));
    const auto post = [&](std::string path, std::string fields) {
        net::LoopbackClient client(address());
        client.send("POST " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + fields);
        return client.read_to_close().substr(0, 12);
    };

    EXPECT_EQ(post("/", "Content-Length: 5\r\n\r\n12345"), "HTTP/1.1 413");
    EXPECT_EQ(post("/", "Content-Length: 4\r\n\r\n1234"), "HTTP/1.1 200");
    EXPECT_EQ(post("/b", "Content-Length: 5\r\n\r\n12345"), "HTTP/1.1 200");
}

TEST_F(ProviderTest, NoRouteIs404) {
    ASSERT_TRUE(put({link("a", {{"address", "127.0.0.1:0"}, {"path", "/only"}})}));

    EXPECT_TRUE(get("/other").starts_with("HTTP/1.1 404 "));
}

TEST_F(ProviderTest, ARouteMovesFromOneApplicationToAnotherInOneStep) {
    const auto first = link("a", {{"address", "127.0.0.1:0"}});
    ASSERT_TRUE(put({first}));
    const auto port = address().port;

    ASSERT_TRUE(change({link("b", {{"address", "127.0.0.1:0"}})}, {first}));

    EXPECT_EQ(address().port, port) << "the listener stayed open";
    EXPECT_TRUE(get("/x").ends_with("\r\n\r\nb /x"));
}

TEST_F(ProviderTest, PortZeroIsAPortForEachProviderOfAManifest) {
    auto other = link("b", {{"address", "127.0.0.1:0"}});
    other.source = "other";

    ASSERT_TRUE(put({link("a", {{"address", "127.0.0.1:0"}}), other}));

    ASSERT_EQ(provider_->addresses().size(), 2U);
    EXPECT_NE(address(0).port, address(1).port);
}

TEST_F(ProviderTest, AChangeThatIsRefusedChangesNothing) {
    const auto first = link("a", {{"address", "127.0.0.1:0"}});
    ASSERT_TRUE(put({first}));
    rt::ShardThread other(9);
    const auto taken = net::TcpListener::listen(&other.shard(), {"127.0.0.1", 0});
    ASSERT_TRUE(taken);

    const auto in_use = change({link("b", {{"address", "127.0.0.1:0"}, {"path", "/b"}}),
                                link("c", {{"address", taken->address().text()}})},
                               {first});
    const auto same_route = put({link("b", {{"address", "127.0.0.1:0"}})});
    const auto unknown = put({link("b", {{"address", "nowhere"}})});

    ASSERT_FALSE(in_use);
    EXPECT_EQ(in_use.error().slug, Slug("net.port_in_use"));
    EXPECT_EQ(same_route.error().slug, Slug("http_server.route_taken"));
    EXPECT_EQ(unknown.error().slug, Slug("net.address_invalid"));
    EXPECT_EQ(provider_->addresses().size(), 1U);
    EXPECT_TRUE(get("/b").ends_with("\r\n\r\na /b"));
}

TEST_F(ProviderTest, AnAddressThatNoLinkNamesIsClosed) {
    const auto first = link("a", {{"address", "127.0.0.1:0"}});
    ASSERT_TRUE(put({first}));
    const auto before = address();

    ASSERT_TRUE(change({}, {first}));

    EXPECT_FALSE(net::LoopbackClient(before).is_connected());
    EXPECT_TRUE(provider_->addresses().empty());
}

TEST_F(ProviderTest, AProxyIsNotOneClient) {
    on_control([&] { provider_ = make({.connections_max = 1, .connections_per_client_max = 0}); });
    auto one = link("a", {{"address", "127.0.0.1:0"}});
    one.provider_config = {{"trusted_proxies", "127.0.0.0/8"}};
    ASSERT_TRUE(put({one}));
    // As many as meet each shard: an idle one makes room.
    std::vector<std::unique_ptr<net::LoopbackClient>> open;
    const auto answers = [&] {
        int answered = 0;
        for (int i = 0; i < 32; ++i) {
            open.push_back(std::make_unique<net::LoopbackClient>(address()));
            open.back()->send_some("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
            answered += open.back()->read_until("a /x").ends_with("a /x") ? 1 : 0;
        }
        return answered;
    };

    EXPECT_EQ(answers(), 32);
    one.provider_config.clear();
    ASSERT_TRUE(put({one}));
    EXPECT_EQ(answers(), 0) << "it has no share once half of one is taken";
}

TEST_F(ProviderTest, DrainStopsAccepting) {
    ASSERT_TRUE(put({link("a", {{"address", "127.0.0.1:0"}})}));

    ASSERT_TRUE(run(provider_->drain()));

    EXPECT_FALSE(net::LoopbackClient(address()).is_connected());
}

}  // namespace
}  // namespace weft::providers::http_server
