#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/core/fixed_clock_fixture.h"
#include "base/rt/byte_stream_fixture.h"
#include "base/rt/pipe.h"
#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "io/net/http_server.h"
#include "io/net/loopback_client_fixture.h"

/// For tests of the server on a real loopback port: a test client sends bytes and reads what comes
/// back.
namespace weft::net {
/// Bytes in pieces, whose place others want when the flag says so.
class WantedSource final : public rt::ByteSource {
  public:
    WantedSource(Bytes data, const bool* is_wanted)
        : inner_(rt::source_of(std::move(data), 64U << 10U)), is_wanted_(is_wanted) {}
    rt::Task<rt::Chunk> read() override { return inner_->read(); }
    std::optional<Result<rt::Chunk>> try_read() override { return inner_->try_read(); }
    bool is_wanted() const override { return *is_wanted_; }

  private:
    std::unique_ptr<rt::ByteSource> inner_;
    const bool* is_wanted_;
};

/// Answers by path; lives on the shard.
class TestHandler final : public HttpHandler {
  public:
    rt::Task<HttpResponse> handle(rt::CallCtx, HttpRequest request) override {
        ++requests;
        HttpResponse response;
        const auto path = request.path_and_query;
        if (path == "/echo") {
            if (request.body) {
                CO_TRY(Bytes body, co_await rt::read_all(request.body.get(), 1U << 20U));
                response.body = rt::source_of(std::move(body));
            }
        } else if (path == "/stream") {
            response.body = rt::source_of(to_bytes("abcdefghij"), 4);
        } else if (path == "/whole") {
            response.body = rt::source_of(Bytes(100'000));
        } else if (path == "/big") {
            response.body = rt::source_of(Bytes(64U << 20U), 64U << 10U);
        } else if (path == "/wanted") {
            response.body = std::make_unique<WantedSource>(Bytes(64U << 20U), &is_wanted);
        } else if (path == "/through") {
            response.body = std::move(request.body);  // Streams back while it still arrives.
        } else if (path == "/fail") {
            co_return fail(Errc::exhausted, "host.queue_full", "the pool is full");
        } else if (path == "/fail-at-once") {
            response.body =
                rt::failing_source({}, Error{Errc::guest_trap, "engine.trap", "it trapped"});
        } else if (path == "/fail-midway") {
            response.body = rt::failing_source(
                to_bytes("first"), Error{Errc::guest_trap, "engine.trap", "it trapped"});
        } else if (path.starts_with("/declared?")) {
            response.headers.push_back({"Content-Length", path.substr(10)});
            response.body = rt::source_of(to_bytes("abcdefghij"), 4);
        } else if (path.starts_with("/declared-whole?")) {
            response.headers.push_back({"Content-Length", path.substr(16)});
            response.body = rt::source_of(to_bytes("abc"));
        } else if (path.starts_with("/status?")) {
            response.status = static_cast<std::uint16_t>(std::stoul(path.substr(8)));
            response.headers.push_back({"content-length", "5"});
            response.body =
                rt::failing_source({}, Error{Errc::guest_trap, "engine.trap", "it trapped"});
        } else if (path == "/never") {
            waiting.set_value();
            rt::OneShot<void> never;
            Result<void> result = co_await never;
            ended.set_value(std::string(result.error().slug.text()));
            co_return Failure(result.error());
        } else {
            response.headers.push_back({"x-path", path});
            response.headers.push_back({"x-host", request.authority});
            response.body = rt::source_of(to_bytes(request.method + "\n"));
        }
        co_return response;
    }

    HttpResponse refuse(const rt::CallCtx&, const Error& error) override {
        HttpResponse response;
        response.status = error.code == Errc::exhausted ? 503 : 500;
        response.body = rt::source_of(to_bytes(error.message));
        return response;
    }

    void note_broken(const rt::CallCtx&, const Error& error) override {
        broken += std::string(error.slug.text()) + " ";
    }

    int requests = 0;
    bool is_wanted = false;  ///< What "/wanted" keeps in use.
    std::promise<void> waiting;
    std::promise<std::string> ended;
    std::string broken;
};

inline rt::Task<void> finish(HttpServer* server, bool drain, std::promise<void>* done) {
    Result<void> result = drain ? co_await server->drain() : co_await server->stop();
    done->set_value();
    co_return result;
}

class HttpServerTest : public testing::Test {
  protected:
    void start(HttpLimits limits = {}) {
        run([&] {
            auto opened = HttpServer::listen({.executor = &thread_.shard(),
                                              .handler = &handler_,
                                              .clock = &clock_,
                                              .random = &random_,
                                              .limits = limits},
                                             {"127.0.0.1", 0});
            ASSERT_TRUE(opened) << opened.error().message;
            server_ = std::move(*opened);
            server_->start();
            address_ = server_->address();
        });
    }
    void TearDown() override {
        if (server_) end(false);
        run([&] {
            scope_.reset();
            server_.reset();
        });
    }
    /// Runs `work` on the shard and waits for it.
    template <typename Work>
    void run(Work work) {
        std::promise<void> done;
        thread_.shard().post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    void end(bool drain) {
        std::promise<void> done;
        run([&] {
            if (!scope_) scope_ = std::make_unique<rt::Scope>(&thread_.shard());
            ASSERT_TRUE(scope_->spawn(finish(server_.get(), drain, &done)));
        });
        ASSERT_EQ(done.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
    }
    /// Waits until it is so on the shard.
    template <typename Condition>
    void wait_until(Condition is_so) {
        const auto due = thread_.shard().now() + std::chrono::seconds(10);
        bool so = false;
        while (!so && thread_.shard().now() < due) run([&] { so = is_so(); });
        EXPECT_TRUE(so) << "not within 10 s";
    }
    HttpServerStats stats() {
        HttpServerStats now;
        run([&] { now = server_->stats(); });
        return now;
    }
    std::string ask(std::string_view request) {
        LoopbackClient client(address_);
        client.send(request);
        return client.read_to_close();
    }

    /// Long ago, so that a Date field shows whose clock it is from.
    FixedClock clock_{std::chrono::seconds(784'111'777)};
    SeededRandom random_{1};
    rt::ShardThread thread_{0};
    TestHandler handler_;
    std::unique_ptr<HttpServer> server_;
    std::unique_ptr<rt::Scope> scope_;
    Address address_;
};

}  // namespace weft::net
