// The whole host in one process over the fake engine: real shards, real loopback sockets, no Rust.
#include "entry/app/process.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/folder_fixture.h"
#include "base/obs/capture_sink_fixture.h"
#include "entry/app/providers.h"
#include "io/engine/fake/fake_engine.h"
#include "io/engine/fake/named_code.h"
#include "io/net/address.h"
#include "io/net/loopback_client_fixture.h"
#include "io/net/tcp.h"

namespace weft::app {
namespace {

using namespace std::chrono_literals;
using engine::Limit;

class ProcessTest : public FolderTest {
  protected:
    ProcessTest() { add("guest", engine::fake::test_guest()); }
    ~ProcessTest() override {
        if (thread_.joinable()) stop();
        ::close(stop_fd_);
    }

    /// A component of that name is a file.
    void add(const std::string& name, engine::fake::Guest guest) {
        const auto code = engine::fake::named_code(name);
        engine_.add(code, std::move(guest));
        write(name, code);
    }
    /// "slow" answers after a while; says when it began to.
    std::future<void> add_slow() {
        auto entered = std::make_shared<std::promise<void>>();
        add("slow",
            [entered](std::shared_ptr<engine::fake::GuestHost> host,
                      net::HttpRequest) -> rt::Task<net::HttpResponse> {
                entered->set_value();
                CO_CHECK(co_await host->sleep(100ms));
                net::HttpResponse response;
                response.body = rt::source_of(to_bytes("woke"));
                co_return response;
            });
        return entered->get_future();
    }
    /// One component with the code of `file`, behind one path of an address.
    control::Application application(std::string name, std::string file, std::string address,
                                     std::string at = "/", engine::Limits limits = {}) const {
        host::ComponentSettings component;
        component.id = name + "-c";
        component.path = path(file);
        component.limits = limits;
        capability::Link link;
        link.source = name + "-http";
        link.target = component.id;
        link.ns = "wasi";
        link.package = "http";
        link.interfaces = {"incoming-handler"};
        link.provider = "http-server";
        link.source_config = {{"address", std::move(address)}, {"path", std::move(at)}};
        return {.name = std::move(name),
                .components = {std::move(component)},
                .providers = {{link.source, link.provider}},
                .links = {link}};
    }
    static claims::TrustPolicy everyone() {
        claims::TrustPolicy policy;
        policy.unsigned_code = claims::UnsignedCode::allow;
        return policy;
    }
    Order order_of(std::string file, std::string address) const {
        return {{application("app", std::move(file), std::move(address))}, everyone()};
    }
    /// Runs a host on a thread of its own until `stop`; waits until it serves or has failed.
    bool start(Order order, Duration drain_wait = 10s) {
        std::promise<bool> serving;
        auto served = serving.get_future();
        thread_ = std::thread(
            [this, drain_wait, order = std::move(order), serving = std::move(serving)]() mutable {
                Process process({.shards = 2,
                                 .connections_max = connections_max_,
                                 .drain_wait = drain_wait,
                                 .providers = provider_kinds()},
                                {&engine_, log_, &registry_, &clock_, &random_});
                process_ = &process;
                bool told = false;
                outcome_ =
                    process.run(std::move(order), stop_fd_,
                                [&](const std::vector<std::string>& addresses) -> Result<void> {
                                    for (const auto& address : addresses)
                                        addresses_.push_back(net::parse_address(address).value());
                                    told = true;
                                    serving.set_value(true);
                                    return ok();
                                });
                if (!told) serving.set_value(false);
            });
        return served.get();
    }
    /// Nobody listens there now.
    static std::string free_address() {
        rt::ShardThread other(9);
        return net::TcpListener::listen(&other.shard(), {"127.0.0.1", 0})->address().text();
    }
    void signal() const {
        const std::uint64_t one = 1;
        EXPECT_EQ(::write(stop_fd_, &one, sizeof one), ssize_t(sizeof one));
    }
    void stop() {
        signal();
        thread_.join();
    }
    static std::string get_from(const net::Address& address, std::string_view path) {
        net::LoopbackClient client(address);
        client.send("GET " + std::string(path) +
                    " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        return client.read_to_close();
    }
    std::string get(std::string_view path) { return get_from(addresses_.at(0), path); }

    /// Runs a task where the host is controlled, and waits for its result.
    template <typename T>
    Result<T> on_control(std::function<rt::Task<T>()> make) {
        std::promise<Result<T>> done;
        const auto control = process_->control();
        control.executor->post([&] { ASSERT_TRUE(control.scope->spawn(keep(make(), &done))); });
        return done.get_future().get();
    }
    Result<void> deploy(std::vector<control::Application> applications) {
        return on_control<void>(
            [&] { return process_->service().deploy(applications, everyone()); });
    }
    static rt::Task<std::size_t> count_components(Process* process) {
        co_return process->service().running().components.size();
    }
    std::int64_t metric(std::string_view name) const {
        for (const auto& sample : registry_.snapshot())
            if (sample.name == name) return sample.value;
        return -1;
    }
    std::int64_t instances() const { return metric("weft_host_instances_count"); }

    engine::fake::FakeEngine engine_;
    obs::CaptureSink events_;
    SystemWallClock clock_;
    SystemRandom random_;
    obs::Registry registry_;
    obs::Log log_{&events_, &clock_, obs::Level::info};
    // Semaphore mode: each signal is read once, as from a signalfd.
    int stop_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    std::thread thread_;
    Process* process_ = nullptr;
    std::vector<net::Address> addresses_;
    std::size_t connections_max_ = 10'000;
    Result<void> outcome_ = ok();

  private:
    template <typename T>
    static rt::Task<void> keep(rt::Task<T> task, std::promise<Result<T>>* done) {
        Result<T> result = co_await std::move(task);
        done->set_value(std::move(result));
        co_return ok();
    }
};

TEST_F(ProcessTest, ServesUntilTheSignalAndEndsWell) {
    ASSERT_TRUE(start(order_of("guest", "127.0.0.1:0")));

    EXPECT_TRUE(get("/ignore").ends_with("\r\n\r\nignored"));
    EXPECT_TRUE(get("/trap").starts_with("HTTP/1.1 500 "));
    stop();

    EXPECT_TRUE(outcome_);
    EXPECT_FALSE(net::LoopbackClient(addresses_[0]).is_connected());
    EXPECT_EQ(events_.events("host.process_stopped").size(), 1U);
}

TEST_F(ProcessTest, ARequestUnderWayIsDrained) {
    auto entered = add_slow();
    ASSERT_TRUE(start(order_of("slow", "127.0.0.1:0")));
    net::LoopbackClient client(addresses_.at(0));
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    entered.wait();

    stop();

    EXPECT_TRUE(client.read_to_close().ends_with("\r\n\r\nwoke"));
    EXPECT_TRUE(outcome_);
}

TEST_F(ProcessTest, TheDrainHasAnEnd) {
    ASSERT_TRUE(start(order_of("guest", "127.0.0.1:0"), 20ms));
    net::LoopbackClient client(addresses_.at(0));
    client.send("GET /sleep?20000 HTTP/1.1\r\nHost: h\r\n\r\n");
    get("/ignore");

    stop();

    EXPECT_EQ(client.read_to_close(), "");
    EXPECT_TRUE(outcome_);
}

/// Two shards, which each have connections; one call at a time may run.
TEST_F(ProcessTest, ASmallLimitHoldsForAllShardsTogether) {
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    add("counting",
        [&](std::shared_ptr<engine::fake::GuestHost> host,
            net::HttpRequest) -> rt::Task<net::HttpResponse> {
            const auto now = ++inside;
            if (now > most) most = now;
            Result<void> slept = co_await host->sleep(1ms);
            --inside;
            CO_CHECK(slept);
            net::HttpResponse response;
            response.body = rt::source_of(to_bytes("one"));
            co_return response;
        });
    ASSERT_TRUE(start({{application("app", "counting", "127.0.0.1:0", "/",
                                    {{Limit::concurrency, 1}, {Limit::instances_max, 1}})},
                       everyone()}));
    std::vector<std::future<std::string>> answers;
    for (int i = 0; i < 32; ++i)
        answers.push_back(std::async(std::launch::async, [this] { return get("/"); }));

    for (auto& answer : answers) EXPECT_TRUE(answer.get().ends_with("\r\n\r\none"));

    EXPECT_EQ(most, 1);
}

TEST_F(ProcessTest, AClientOverTheConnectionsOfTheHostIsToldSo) {
    connections_max_ = 4;
    ASSERT_TRUE(start(order_of("guest", "127.0.0.1:0")));
    {
        std::vector<std::unique_ptr<net::LoopbackClient>> held;
        for (int i = 0; i < 4; ++i) {
            held.push_back(std::make_unique<net::LoopbackClient>(addresses_.at(0)));
            held.back()->send(
                "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
            EXPECT_TRUE(held.back()->read_until("1\r\na\r\n").starts_with("HTTP/1.1 200 "));
        }

        net::LoopbackClient over(addresses_.at(0));
        EXPECT_TRUE(over.read_to_close().starts_with("HTTP/1.1 503 "));
        EXPECT_EQ(metric("weft_net_connections_count"), 4);
        EXPECT_EQ(metric("weft_net_connections_refused_total"), 1);
        EXPECT_EQ(events_.events("http.connections_full").size(), 1U);
    }
    while (metric("weft_net_connections_count") > 0) std::this_thread::yield();
    EXPECT_TRUE(get("/ignore").ends_with("ignored"));
}

TEST_F(ProcessTest, CodeThatDoesNotCompileStartsNothing) {
    write("other", engine::fake::named_code("something else"));
    EXPECT_FALSE(start(order_of("other", "127.0.0.1:0")));
    thread_.join();

    ASSERT_FALSE(outcome_);
    EXPECT_EQ(outcome_.error().slug, Slug("engine.not_wasm"));
    EXPECT_NE(outcome_.error().message.find("component 'app-c'"), std::string::npos);
}

TEST_F(ProcessTest, ASignalBeforeItServesEndsIt) {
    engine_.hold_compiling();
    auto started =
        std::async(std::launch::async, [this] { return start(order_of("guest", "127.0.0.1:0")); });
    engine_.wait_for_compiling();

    signal();

    EXPECT_FALSE(started.get());
    thread_.join();
    ASSERT_FALSE(outcome_);
    EXPECT_EQ(outcome_.error().code, Errc::cancelled);
    EXPECT_EQ(outcome_.error().slug, Slug("app.start_interrupted"));
    EXPECT_EQ(events_.events("host.process_stopped").size(), 1U);
}

TEST_F(ProcessTest, APortInUseStartsNothing) {
    rt::ShardThread other(9);
    auto taken = net::TcpListener::listen(&other.shard(), {"127.0.0.1", 0});
    ASSERT_TRUE(taken);

    EXPECT_FALSE(start(order_of("guest", taken->address().text())));
    thread_.join();

    ASSERT_FALSE(outcome_);
    EXPECT_EQ(outcome_.error().slug, Slug("net.port_in_use"));
}

/// Asks one path of an address again and again, and counts what it gets.
class Load {
  public:
    Load(net::Address address, std::string path)
        : thread_([this, address = std::move(address), path = std::move(path)] {
              while (!stopped_) {
                  const auto response = ask(address, path);
                  ++(response.starts_with("HTTP/1.1 200 ") ? served_ : failed_);
                  if (!response.starts_with("HTTP/1.1 200 ")) last_failure_ = response;
              }
          }) {}
    ~Load() { stop(); }

    void stop() {
        stopped_ = true;
        if (thread_.joinable()) thread_.join();
    }
    std::uint64_t served() const { return served_; }
    std::uint64_t failed() const { return failed_; }
    /// After `stop`.
    const std::string& last_failure() const { return last_failure_; }

  private:
    static std::string ask(const net::Address& address, const std::string& path) {
        net::LoopbackClient client(address);
        client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        return client.read_to_close();
    }
    std::atomic<bool> stopped_ = false;
    std::atomic<std::uint64_t> served_ = 0;
    std::atomic<std::uint64_t> failed_ = 0;
    std::string last_failure_;
    std::thread thread_;
};

std::size_t descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Three applications come, change, scale and go 200 times while others ask for two of them.
TEST_F(ProcessTest, OrdersUnderLoadFailNoRequestAndLeaveNothingBehind) {
    constexpr int rounds = 200;
    for (const char* name : {"v1", "v2"})
        add(name,
            [](std::shared_ptr<engine::fake::GuestHost>,
               net::HttpRequest) -> rt::Task<net::HttpResponse> {
                net::HttpResponse response;
                response.body = rt::source_of(to_bytes("here"));
                co_return response;
            });
    const auto shared = free_address();
    ASSERT_TRUE(start({{application("a", "v1", shared, "/a")}, everyone()}));
    const auto main = addresses_.at(0);
    ASSERT_TRUE(deploy({application("b", "v1", shared, "/b")}));
    std::size_t descriptors_before = 0;
    {
        Load a(main, "/a/x");
        Load b(main, "/b/x");
        for (int round = 0; round < rounds; ++round) {
            const auto* const version = round % 2 == 0 ? "v2" : "v1";
            const auto queue = static_cast<unsigned>(100 + round);
            ASSERT_TRUE(deploy(
                {application("a", version, shared, "/a"), application("c", "v1", shared, "/c")}));
            EXPECT_TRUE(get_from(main, "/c").ends_with("here"));
            ASSERT_TRUE(deploy({application("b", "v1", shared, "/b", {{Limit::queue, queue}})}));
            ASSERT_TRUE(on_control<void>([&] { return process_->service().undeploy({"c"}); }));
            EXPECT_TRUE(get_from(main, "/c").starts_with("HTTP/1.1 404 "));
            if (round == 0) descriptors_before = descriptors();
        }
        a.stop();
        b.stop();
        EXPECT_GT(a.served(), 0U);
        EXPECT_GT(b.served(), 0U);
        EXPECT_EQ(a.failed(), 0U) << a.last_failure();
        EXPECT_EQ(b.failed(), 0U) << b.last_failure();
        EXPECT_THAT(instances(), testing::AllOf(testing::Ge(0), testing::Le(4)));
    }
    EXPECT_LE(descriptors(), descriptors_before + 4) << "connections under load come and go";
    EXPECT_EQ(on_control<std::size_t>([&] { return count_components(process_); }).value(), 2U);
}

TEST_F(ProcessTest, AnAddressIsOpenAsLongAsALinkNamesIt) {
    auto entered = add_slow();
    ASSERT_TRUE(start(order_of("slow", "127.0.0.1:0")));
    net::LoopbackClient under_way(addresses_.at(0));
    under_way.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    entered.wait();

    ASSERT_TRUE(on_control<void>([&] { return process_->service().undeploy({"app"}); }));

    EXPECT_FALSE(net::LoopbackClient(addresses_[0]).is_connected());
    EXPECT_TRUE(under_way.read_to_close().ends_with("\r\n\r\nwoke"));
    ASSERT_TRUE(deploy({application("app", "guest", addresses_[0].text())}));
    EXPECT_TRUE(get("/ignore").ends_with("\r\n\r\nignored"));
}

}  // namespace
}  // namespace weft::app
