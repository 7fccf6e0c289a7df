// The whole host in one process over the fake engine: real shards, real loopback sockets, no Rust.
#include "entry/app/process.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/obs/capture_sink.h"
#include "io/engine/fake/fake_engine.h"
#include "io/net/loopback_client.h"
#include "io/net/tcp.h"

namespace weft::app {
namespace {

using namespace std::chrono_literals;

class ProcessTest : public testing::Test {
  protected:
    ProcessTest() { engine_.add("guest", engine::fake::test_guest()); }
    ~ProcessTest() override {
        if (thread_.joinable()) stop();
        ::close(stop_fd_);
    }

    static Load load_of(std::string code, std::string address) {
        Load load;
        AdmittedComponent component;
        component.plan.id = "app-hello";
        component.code = to_bytes(code);
        load.components.push_back(std::move(component));
        PlannedHttpServer server;
        server.id = "app-http";
        capability::Link link;
        link.target = "app-hello";
        link.source_config = {{"address", std::move(address)}};
        server.links.push_back(std::move(link));
        load.http_servers.push_back(std::move(server));
        return load;
    }
    /// Runs a host on a thread of its own until `stop`; waits until it serves or has failed.
    bool start(Load load, Duration drain_wait = 10s) {
        std::promise<bool> serving;
        auto served = serving.get_future();
        thread_ = std::thread([this, drain_wait, load = std::move(load),
                               serving = std::move(serving)]() mutable {
            Process process({.shards = 2, .drain_wait = drain_wait, .http = {}}, &engine_, log_,
                            &registry_);
            bool told = false;
            outcome_ = process.run(std::move(load), stop_fd_,
                                   [&](const std::vector<net::Address>& addresses) -> Result<void> {
                                       addresses_ = addresses;
                                       told = true;
                                       serving.set_value(true);
                                       return ok();
                                   });
            if (!told) serving.set_value(false);
        });
        return served.get();
    }
    void signal() const {
        const std::uint64_t one = 1;
        EXPECT_EQ(::write(stop_fd_, &one, sizeof one), ssize_t(sizeof one));
    }
    void stop() {
        signal();
        thread_.join();
    }
    std::string get(std::string_view path) {
        net::LoopbackClient client(addresses_.at(0));
        client.send("GET " + std::string(path) +
                    " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        return client.read_to_close();
    }

    engine::fake::FakeEngine engine_;
    obs::CaptureSink events_;
    SystemWallClock clock_;
    obs::Registry registry_;
    obs::Log log_{&events_, &clock_, obs::Level::info};
    // Semaphore mode: each signal is read once, as from a signalfd.
    int stop_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    std::thread thread_;
    std::vector<net::Address> addresses_;
    Result<void> outcome_ = ok();
};

TEST_F(ProcessTest, ServesUntilTheSignalAndEndsWell) {
    ASSERT_TRUE(start(load_of("guest", "127.0.0.1:0")));

    EXPECT_TRUE(get("/ignore").ends_with("\r\n\r\nignored"));
    EXPECT_TRUE(get("/trap").starts_with("HTTP/1.1 500 "));
    stop();

    EXPECT_TRUE(outcome_);
    EXPECT_FALSE(net::LoopbackClient(addresses_[0]).is_connected());
    EXPECT_EQ(events_.events("host.process_stopped").size(), 1U);
}

TEST_F(ProcessTest, ARequestUnderWayIsDrained) {
    ASSERT_TRUE(start(load_of("guest", "127.0.0.1:0")));
    net::LoopbackClient client(addresses_.at(0));
    client.send(
        "GET /sleep?300 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /");  // The rest shows
                                                                                  // it was read.
    net::LoopbackClient second(addresses_.at(0));
    second.send("GET /sleep?1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    second.read_to_close();

    stop();

    EXPECT_TRUE(client.read_to_close().ends_with("\r\n\r\nwoke"));
    EXPECT_TRUE(outcome_);
}

TEST_F(ProcessTest, TheDrainHasAnEnd) {
    ASSERT_TRUE(start(load_of("guest", "127.0.0.1:0"), 20ms));
    net::LoopbackClient client(addresses_.at(0));
    client.send("GET /sleep?20000 HTTP/1.1\r\nHost: h\r\n\r\n");
    get("/ignore");

    stop();

    EXPECT_EQ(client.read_to_close(), "");
    EXPECT_TRUE(outcome_);
}

TEST_F(ProcessTest, CodeThatDoesNotCompileStartsNothing) {
    EXPECT_FALSE(start(load_of("something else", "127.0.0.1:0")));
    thread_.join();

    ASSERT_FALSE(outcome_);
    EXPECT_EQ(outcome_.error().slug, Slug("engine.not_wasm"));
    EXPECT_NE(outcome_.error().message.find("component 'app-hello'"), std::string::npos);
}

TEST_F(ProcessTest, ASignalBeforeItServesEndsIt) {
    engine_.hold_compiling();
    auto started =
        std::async(std::launch::async, [this] { return start(load_of("guest", "127.0.0.1:0")); });
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

    EXPECT_FALSE(start(load_of("guest", taken->address().text())));
    thread_.join();

    ASSERT_FALSE(outcome_);
    EXPECT_EQ(outcome_.error().slug, Slug("net.port_in_use"));
}

}  // namespace
}  // namespace weft::app
