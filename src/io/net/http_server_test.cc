// The server on a real loopback port: a test client sends bytes and reads what comes back.
#include "io/net/http_server.h"

#include <future>
#include <string>

#include <gtest/gtest.h>

#include "base/rt/byte_stream_fixture.h"
#include "base/rt/pipe.h"
#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "base/rt/sim_loop_fixture.h"
#include "io/net/loopback_client_fixture.h"
#include "io/net/tcp.h"

namespace weft::net {
namespace {

using namespace std::chrono_literals;

/// Answers by path; lives on the shard.
class TestHandler final : public HttpHandler {
  public:
    rt::Task<HttpResponse> handle(rt::CallCtx, HttpRequest request) override {
        HttpResponse response;
        const auto path = request.path_and_query;
        if (path == "/echo") {
            if (request.body) {
                CO_TRY(Bytes body, co_await rt::read_all(request.body.get(), 1U << 20U));
                response.body = rt::source_of(std::move(body));
            }
        } else if (path == "/stream") {
            response.body = rt::source_of(to_bytes("abcdefghij"), 4);
        } else if (path == "/through") {
            response.body = std::move(request.body);  // Streams back while it still arrives.
        } else if (path == "/fail") {
            co_return fail(Errc::exhausted, "test.full", "the pool is full");
        } else if (path == "/fail-at-once") {
            response.body =
                rt::failing_source({}, Error{Errc::guest_trap, "test.trap", "it trapped"});
        } else if (path == "/fail-midway") {
            response.body = rt::failing_source(to_bytes("first"),
                                               Error{Errc::guest_trap, "test.trap", "it trapped"});
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
                rt::failing_source({}, Error{Errc::guest_trap, "test.trap", "it trapped"});
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

    std::promise<void> waiting;
    std::promise<std::string> ended;
    std::string broken;
};

rt::Task<void> finish(HttpServer* server, bool drain, std::promise<void>* done) {
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
        ASSERT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
    }
    std::string ask(std::string_view request) {
        LoopbackClient client(address_);
        client.send(request);
        return client.read_to_close();
    }

    /// Long ago, so that a Date field shows whose clock it is from.
    class OldClock final : public WallClock {
        std::chrono::system_clock::time_point now() const override {
            return std::chrono::system_clock::time_point(784111777s);
        }
    };

    OldClock clock_;
    SeededRandom random_{1};
    rt::ShardThread thread_{0};
    TestHandler handler_;
    std::unique_ptr<HttpServer> server_;
    std::unique_ptr<rt::Scope> scope_;
    Address address_;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
    start();
    LoopbackClient client(address_);

    client.send("GET /a?b HTTP/1.1\r\nHost: h:1\r\n\r\n");
    const auto first = client.read_until("GET\n");
    client.send("GET http://other/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const auto second = client.read_to_close();

    EXPECT_TRUE(
        first.starts_with("HTTP/1.1 200 OK\r\nx-path: /a?b\r\nx-host: h:1\r\ndate: Sun, 06 Nov "
                          "1994 08:49:37 GMT\r\n"))
        << first;
    EXPECT_NE(first.find("content-length: 4\r\n\r\nGET\n"), std::string::npos) << first;
    EXPECT_NE(second.find("x-path: /x\r\nx-host: other"), std::string::npos) << second;
    EXPECT_NE(second.find("connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
    start();

    const auto all =
        ask("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: "
            "3\r\n\r\nabc"
            "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    EXPECT_LT(all.find("x-path: /1"), all.find("\r\n\r\nabc"));
    EXPECT_LT(all.find("\r\n\r\nabc"), all.find("x-path: /3"));
}

TEST_F(HttpServerTest, StreamsInChunksAndTo10UntilClose) {
    start();

    const auto chunked = ask("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const auto plain = ask("GET /stream HTTP/1.0\r\n\r\n");

    EXPECT_TRUE(chunked.ends_with("\r\n\r\n4\r\nabcd\r\n4\r\nefgh\r\n2\r\nij\r\n0\r\n\r\n"))
        << chunked;
    EXPECT_TRUE(plain.ends_with("\r\n\r\nabcdefghij")) << plain;
}

TEST_F(HttpServerTest, HeadRequestsGetNoContent) {
    start();

    EXPECT_TRUE(
        ask("HEAD /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, ChunkedRequestBodyStreamsThrough) {
    start();
    LoopbackClient client(address_);

    client.send(
        "POST /through HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    const auto begin = client.read_until("abc\r\n");
    client.send("2\r\nde\r\n0\r\n\r\n");
    const auto rest = client.read_until("0\r\n\r\n");
    client.send("GET /again HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    EXPECT_NE(begin.find("transfer-encoding: chunked"), std::string::npos) << begin;
    EXPECT_EQ(rest, "2\r\nde\r\n0\r\n\r\n");
    EXPECT_NE(client.read_to_close().find("x-path: /again"), std::string::npos);
}

TEST_F(HttpServerTest, TrailersPassThroughWhereTheyCan) {
    start();
    const auto post = [](std::string_view path) {
        return "POST " + std::string(path) +
               " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
               "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 7\r\n\r\n";
    };

    // All of the response is there at once; it is chunked for the trailers' sake.
    EXPECT_TRUE(ask(post("/through")).ends_with("\r\n\r\n1\r\na\r\n0\r\nX-T: 7\r\n\r\n"));
    EXPECT_TRUE(ask(post("/echo")).ends_with("content-length: 1\r\nconnection: close\r\n\r\na"));
}

TEST_F(HttpServerTest, SendsContinueWhenTheBodyIsRead) {
    start();
    LoopbackClient client(address_);

    client.send(
        "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: "
        "2\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");

    EXPECT_TRUE(client.read_to_close().ends_with("\r\n\r\nhi"));
}

TEST_F(HttpServerTest, UnreadBodyThatIsHereDoesNotEndTheConnection) {
    start();

    const auto all =
        ask("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
            "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    EXPECT_NE(all.find("x-path: /b"), std::string::npos) << all;
}

TEST_F(HttpServerTest, FailuresBeforeTheFirstByteAreResponses) {
    start();

    EXPECT_TRUE(ask("GET /fail HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                    .starts_with("HTTP/1.1 503 "));
    EXPECT_TRUE(ask("GET /fail-at-once HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                    .starts_with("HTTP/1.1 500 "));
}

TEST_F(HttpServerTest, FailureAfterTheFirstByteEndsWithoutALastChunk) {
    start();

    const auto all = ask("GET /fail-midway HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_TRUE(all.ends_with("5\r\nfirst\r\n")) << all;
}

TEST_F(HttpServerTest, ClientThatLeavesCancelsItsCall) {
    start();
    auto ended = handler_.ended.get_future();
    {
        LoopbackClient client(address_);
        client.send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
        handler_.waiting.get_future().wait();
    }

    ASSERT_EQ(ended.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(ended.get(), "rt.cancelled");
}

TEST_F(HttpServerTest, StopCancelsWhatRuns) {
    start();
    auto ended = handler_.ended.get_future();
    LoopbackClient client(address_);
    client.send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
    handler_.waiting.get_future().wait();

    end(false);

    ASSERT_EQ(ended.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(client.read_to_close(), "");
}

TEST_F(HttpServerTest, DrainClosesIdleConnectionsAndRefusesNewOnes) {
    start();
    LoopbackClient idle(address_);
    idle.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    idle.read_until("GET\n");

    end(true);

    EXPECT_EQ(idle.read_to_close(), "");
    EXPECT_FALSE(LoopbackClient(address_).is_connected());
}

TEST_F(HttpServerTest, ContentThatIsNotToBeReadIsNotRead) {
    start();

    const auto head = ask("HEAD /status?200 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const auto not_modified =
        ask("GET /status?304 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const auto none = ask("GET /status?204 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    EXPECT_TRUE(head.starts_with("HTTP/1.1 200 ")) << head;
    EXPECT_NE(head.find("content-length: 5\r\n"), std::string::npos) << head;
    EXPECT_TRUE(not_modified.starts_with("HTTP/1.1 304 ")) << not_modified;
    EXPECT_NE(not_modified.find("content-length: 5\r\n"), std::string::npos) << not_modified;
    EXPECT_TRUE(none.starts_with("HTTP/1.1 204 ")) << none;
    EXPECT_EQ(none.find("content-length"), std::string::npos) << none;
}

TEST_F(HttpServerTest, ResponseHasWhatItsHeadPromisesOrIsNone) {
    start();
    const auto get = [this](const std::string& path) {
        return ask("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n" +
                   "Connection: close\r\n\r\n");
    };

    EXPECT_NE(get("/declared?10").find("\r\n\r\nabcdefghijHTTP/1.1 200 OK"), std::string::npos);
    EXPECT_TRUE(get("/declared?5").ends_with("content-length: 5\r\n\r\nabcde"));
    EXPECT_TRUE(get("/declared?12").ends_with("content-length: 12\r\n\r\nabcdefghij"));
    run([&] { EXPECT_EQ(handler_.broken, "net.http_length_broken net.http_length_broken "); });
    for (const char* path : {"/declared-whole?2", "/declared-whole?4", "/declared?x",
                             "/declared?-1", "/declared?", "/status?103", "/status?600"}) {
        const auto all = get(path);
        EXPECT_TRUE(all.starts_with("HTTP/1.1 500 ")) << path << all;
        EXPECT_NE(all.find("x-path: /b"), std::string::npos) << path << all;
    }
    EXPECT_TRUE(get("/declared-whole?3").starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, AnswerBeforeTheContentSaysThatTheConnectionEndsAndIsSeen) {
    start();
    LoopbackClient client(address_);

    client.send("POST /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 90000000\r\n\r\n");
    client.send(std::string(1U << 20U, 'x'));
    const auto all = client.read_to_close();

    EXPECT_TRUE(all.starts_with("HTTP/1.1 200 ")) << all;
    EXPECT_NE(all.find("connection: close"), std::string::npos) << all;
}

TEST_F(HttpServerTest, LittleContentThatComesLateDoesNotEndTheConnection) {
    start();
    LoopbackClient client(address_);

    client.send("POST /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
    const auto first = client.read_until("POST\n");
    client.send("abcGET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    EXPECT_EQ(first.find("connection: close"), std::string::npos) << first;
    EXPECT_NE(client.read_to_close().find("x-path: /b"), std::string::npos);
}

TEST_F(HttpServerTest, AContentAtFaultIsTheClientsFault) {
    HttpLimits limits;
    limits.body_bytes_max = 4;
    limits.body_wait = 20ms;
    start(limits);
    const std::string post = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

    EXPECT_TRUE(ask(post + "5\r\nabcde\r\n0\r\n\r\n").starts_with("HTTP/1.1 413 "));
    EXPECT_TRUE(ask(post + "x\r\n").starts_with("HTTP/1.1 400 "));
    EXPECT_TRUE(ask(post + "2\r\nab").starts_with("HTTP/1.1 408 "));
    run([&] { EXPECT_EQ(server_->stats().requests_malformed, 3U); });
}

TEST_F(HttpServerTest, ClientThatSendsMoreAndLeavesCancelsItsCall) {
    start();
    auto ended = handler_.ended.get_future();
    {
        LoopbackClient client(address_);
        client.send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
        handler_.waiting.get_future().wait();
        client.send("GET /more HTTP/1.1\r\n");
    }

    ASSERT_EQ(ended.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(ended.get(), "rt.cancelled");
}

TEST_F(HttpServerTest, LimitsOfConnectionsHoldWhenFilled) {
    HttpLimits limits;
    limits.connections_max = 1;
    start(limits);

    LoopbackClient first(address_);
    first.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    first.read_until("GET\n");
    LoopbackClient second(address_);
    EXPECT_EQ(second.read_to_close(), "");
    run([&] { EXPECT_EQ(server_->stats().connections_refused, 1U); });
}

TEST_F(HttpServerTest, LimitsOfRequestsHoldWhenFilled) {
    HttpLimits limits;
    limits.head_bytes_max = 4096;
    limits.body_bytes_max = 4;
    start(limits);
    const std::string close = "Connection: close\r\n\r\n";

    EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHost: h\r\nx: " + std::string(5000, 'a'))
                    .starts_with("HTTP/1.1 431 "));
    EXPECT_TRUE(ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n" + close)
                    .starts_with("HTTP/1.1 413 "));
    EXPECT_TRUE(ask("GET / HTTP/9.9\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 505 "));
}

TEST_F(HttpServerTest, SlowHeadIsEndedAfterItsTime) {
    HttpLimits limits;
    limits.head_wait = 20ms;
    start(limits);

    EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHos").starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, IdleConnectionIsEndedAfterItsTime) {
    HttpLimits limits;
    limits.idle_wait = 20ms;
    start(limits);

    EXPECT_EQ(ask(""), "");
}

TEST(HttpServerInASimulation, HasNoSockets) {
    rt::SimLoop loop;

    EXPECT_EQ(HttpServer::listen({.executor = &loop}, {"127.0.0.1", 0}).error().slug,
              Slug("net.no_sockets"));
}

TEST(PortCheck, ThePortOfAnotherListenerIsRefused) {
    rt::ShardThread thread(0);
    auto listener = TcpListener::listen(&thread.shard(), {"127.0.0.1", 0});
    ASSERT_TRUE(listener);

    EXPECT_EQ(check_port_free(listener->address()).error().slug, Slug("net.port_in_use"));
    EXPECT_EQ(check_port_free({"192.0.2.1", 80}).error().slug, Slug("net.cannot_listen"));
    EXPECT_TRUE(check_port_free({"127.0.0.1", 0}));
}

}  // namespace
}  // namespace weft::net
