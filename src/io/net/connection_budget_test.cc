// A server whose process has no descriptor left for a client says so, waits, and goes on.
#include "io/net/connection_budget.h"

#include <sys/resource.h>
#include <unistd.h>

#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <boost/system/error_code.hpp>

#include "base/obs/capture_sink_fixture.h"
#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "base/rt/time.h"
#include "io/net/http_server.h"
#include "io/net/loopback_client_fixture.h"

namespace weft::net {
namespace {

class Greeter final : public HttpHandler {
  public:
    rt::Task<HttpResponse> handle(rt::CallCtx, HttpRequest) override {
        HttpResponse response;
        response.body = rt::source_of(to_bytes("hello"));
        co_return response;
    }
    HttpResponse refuse(const rt::CallCtx&, const Error&) override { return {}; }
    void note_broken(const rt::CallCtx&, const Error&) override {}
};

/// Until it is destroyed no descriptor can be opened.
class NoDescriptors {
  public:
    NoDescriptors() {
        EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
        auto none = before_;
        const int lowest = ::dup(STDIN_FILENO);
        ::close(lowest);
        none.rlim_cur = static_cast<rlim_t>(lowest);
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

class ConnectionBudgetTest : public testing::Test {
  protected:
    ConnectionBudgetTest() {
        run([this] {
            server_ = HttpServer::listen({.executor = &thread_.shard(),
                                          .handler = &handler_,
                                          .clock = &clock_,
                                          .random = &random_,
                                          .connections = &budget_},
                                         {"127.0.0.1", 0})
                          .value();
            server_->start();
        });
    }
    ~ConnectionBudgetTest() override {
        std::promise<void> stopped;
        run([&] { EXPECT_TRUE(scope_->spawn(stop(&stopped))); });
        stopped.get_future().wait();
        run([this] {
            scope_.reset();
            server_.reset();
        });
    }
    rt::Task<void> stop(std::promise<void>* stopped) {
        CO_CHECK(co_await server_->stop());
        stopped->set_value();
        co_return ok();
    }
    rt::Task<void> rest(std::promise<void>* rested) {
        CO_CHECK(co_await rt::sleep_until(thread_.shard().now()));
        rested->set_value();
        co_return ok();
    }
    template <typename Work>
    void run(Work work) {
        std::promise<void> done;
        thread_.shard().post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    std::int64_t metric(std::string_view name) const {
        for (const auto& sample : registry_.snapshot())
            if (sample.name == name) return sample.value;
        return -1;
    }

    obs::CaptureSink events_;
    SystemWallClock clock_;
    SystemRandom random_;
    obs::Registry registry_;
    obs::LimitedLog log_{obs::Log(&events_, &clock_), registry_};
    ConnectionBudget budget_{2, &log_, registry_};
    Greeter handler_;
    rt::ShardThread thread_{0};
    std::unique_ptr<rt::Scope> scope_ = std::make_unique<rt::Scope>(&thread_.shard());
    std::unique_ptr<HttpServer> server_;
};

TEST_F(ConnectionBudgetTest, AProcessWithoutDescriptorsSaysSoAndServesLater) {
    const Address address = server_->address();
    LoopbackClient client(Address{"127.0.0.1", 1});  // Only its descriptor, so far.
    // UndefinedBehaviorSanitizer opens a pipe whenever it meets a type for the first time.
    const boost::system::error_code error(EMFILE, boost::system::system_category());
    std::promise<void> rested;
    run([&] {
        budget_.note_failed_accept(thread_.shard().now(), error.message());
        EXPECT_TRUE(scope_->spawn(rest(&rested)));
    });
    rested.get_future().wait();
    {
        const NoDescriptors none;
        ASSERT_TRUE(client.connect(address));
        while (metric("weft_net_accepts_failed_total") < 3) std::this_thread::yield();
    }
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    EXPECT_TRUE(client.read_to_close().ends_with("hello"));
    const auto failed = events_.events("http.accept_failed");
    ASSERT_GE(failed.size(), 1U);
    EXPECT_NE(failed[0].fields.at("remedy").find("ulimit -n"), std::string::npos);
}

TEST_F(ConnectionBudgetTest, AFullHostMakesRoomByItsOwnIdleConnectionsOrRefuses) {
    const Address address = server_->address();
    budget_.take();  // Those of another server.
    LoopbackClient idle(address);
    while (metric("weft_net_connections_count") < 2) std::this_thread::yield();
    LoopbackClient second(address);
    EXPECT_EQ(idle.read_to_close(), "");
    while (metric("weft_net_connections_count") > 2) std::this_thread::yield();
    second.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(second.read_to_close().ends_with("hello"));

    while (metric("weft_net_connections_count") > 1) std::this_thread::yield();
    budget_.take();
    LoopbackClient third(address);
    EXPECT_TRUE(third.read_to_close().starts_with("HTTP/1.1 503 "));
    EXPECT_EQ(metric("weft_net_connections_refused_total"), 1);
    budget_.give_back();
    budget_.give_back();
}

TEST_F(ConnectionBudgetTest, HoldsForAllServersTogether) {
    EXPECT_TRUE(budget_.try_take());
    EXPECT_TRUE(budget_.try_take());
    EXPECT_FALSE(budget_.try_take());

    EXPECT_EQ(budget_.connections(), 2U);
    budget_.give_back();
    EXPECT_TRUE(budget_.try_take());
    budget_.give_back();
    budget_.give_back();
    EXPECT_EQ(metric("weft_net_connections_count"), 0);
}

}  // namespace
}  // namespace weft::net
