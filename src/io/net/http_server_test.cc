// The server on a real loopback port: a test client sends bytes and reads what comes back.
#include "io/net/http_server.h"

#include <future>
#include <string>

#include <gtest/gtest.h>

#include "base/rt/shard.h"
#include "base/rt/sim_loop_fixture.h"
#include "io/net/http_server_fixture.h"
#include "io/net/tcp.h"

namespace weft::net {
namespace {

using namespace std::chrono_literals;

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
    limits.body_grace = 20ms;
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
