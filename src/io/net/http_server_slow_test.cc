// What the server does with clients that are slow, leave, or are too many.
#include <string>

#include "io/net/http_server_fixture.h"

namespace weft::net {
namespace {

using namespace std::chrono_literals;

const std::string post = "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";
const std::string through =
    "POST /through HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(HttpServerTest, SlowHeadIsEndedAfterItsTime) {
    HttpLimits limits;
    limits.first_head_wait = 20ms;
    limits.head_wait = 20ms;
    start(limits);
    LoopbackClient later(address_);
    later.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    later.read_until("GET\n");

    EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHos").starts_with("HTTP/1.1 408 "));
    later.send("GET /b");
    EXPECT_TRUE(later.read_to_close().starts_with("HTTP/1.1 408 "));

    EXPECT_EQ(stats().heads_too_slow, 2U);
}

TEST_F(HttpServerTest, TheFirstHeadHasItsTimeFromTheConnection) {
    HttpLimits limits;
    limits.first_head_wait = 20ms;
    start(limits);

    EXPECT_EQ(ask(""), "");
}

TEST_F(HttpServerTest, IdleConnectionIsEndedAfterItsTime) {
    HttpLimits limits;
    limits.idle_wait = 20ms;
    start(limits);

    EXPECT_TRUE(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("GET\n"));
}

TEST_F(HttpServerTest, AnIdleConnectionMakesRoomAndABusyOneDoesNot) {
    HttpLimits limits;
    limits.connections_max = 1;
    start(limits);
    LoopbackClient idle(address_);
    idle.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    idle.read_until("GET\n");

    LoopbackClient busy(address_);
    busy.send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
    handler_.waiting.get_future().wait();
    LoopbackClient late(address_);

    EXPECT_EQ(idle.read_to_close(), "");
    EXPECT_EQ(late.read_to_close(), "");
    EXPECT_EQ(stats().connections_made_room, 1U);
    EXPECT_EQ(stats().connections_refused, 1U);
}

TEST_F(HttpServerTest, OneClientDoesNotTakeAllConnectionsUnlessItIsAProxy) {
    HttpLimits limits;
    limits.connections_max = 4;
    limits.connections_per_client_max = 2;
    start(limits);
    LoopbackClient first(address_, "127.0.0.2");
    LoopbackClient second(address_, "127.0.0.2");
    LoopbackClient third(address_, "127.0.0.2");
    wait_until([&] { return server_->stats().connections == 3; });

    EXPECT_EQ(LoopbackClient(address_, "127.0.0.2").read_to_close(), "");
    EXPECT_EQ(stats().connections_over_share, 1U);
    run([&] { server_->set_proxies({*parse_address_range("127.0.0.2")}); });
    LoopbackClient proxy(address_, "127.0.0.2");
    wait_until([&] { return server_->stats().connections == 4; });
}

TEST_F(HttpServerTest, AContentOfWhichNothingCameHoldsNoHandler) {
    HttpLimits limits;
    limits.early_starts_max = 0;
    limits.start_wait = 5ms;
    limits.body_grace = 30ms;
    start(limits);

    const auto answer = ask(post + "Content-Length: 5\r\n\r\n");

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
    run([&] { EXPECT_EQ(handler_.requests, 0); });
    EXPECT_EQ(stats().starts_held, 1U);
    EXPECT_EQ(stats().bodies_too_slow, 1U);
}

TEST_F(HttpServerTest, AHandlerBeginsAfterAShortWaitWithoutContent) {
    HttpLimits limits;
    limits.start_wait = 5ms;
    start(limits);

    const auto answer = ask("POST /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n");

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
}

TEST_F(HttpServerTest, FewRequestsBeginBeforeTheirContentIsHere) {
    HttpLimits limits;
    limits.early_starts_max = 1;
    limits.start_wait = 5ms;
    limits.slow_after = 5ms;
    start(limits);
    LoopbackClient early(address_);
    early.send(through + "1\r\na\r\n");
    early.read_until("1\r\na\r\n");

    LoopbackClient held(address_);
    held.send(through + "1\r\nb\r\n");
    wait_until([&] { return server_->stats().starts_held == 1; });
    run([&] { EXPECT_EQ(handler_.requests, 1); });
    EXPECT_TRUE(ask(post + "Content-Length: 1\r\n\r\nc").ends_with("\r\n\r\nc"))
        << "a complete one does not wait";
    LoopbackClient large(address_);
    large.send(through + "8000\r\n" + std::string(0x4000, 'd'));
    EXPECT_NE(large.read_until("d").find("HTTP/1.1 200 "), std::string::npos)
        << "one with enough does not wait";
    early.send("0\r\n\r\n");

    EXPECT_NE(held.read_until("1\r\nb\r\n").find("HTTP/1.1 200 "), std::string::npos)
        << "the next one begins when the content of the first is complete";
}

TEST_F(HttpServerTest, AClientThatWaitsForContinueGetsItAlsoWhenItsRequestIsHeld) {
    HttpLimits limits;
    limits.early_starts_max = 0;
    start(limits);
    LoopbackClient client(address_);

    client.send(post + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");

    EXPECT_TRUE(client.read_to_close().ends_with("\r\n\r\nhi"));
}

TEST_F(HttpServerTest, AHandlerThatWantsNoContentSendsNoContinue) {
    start();

    const auto answer = ask(
        "POST /ignore HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
}

TEST_F(HttpServerTest, AContentInBurstsAboveTheRateIsNotCut) {
    HttpLimits limits;
    limits.body_grace = 400ms;
    limits.body_wait = 400ms;
    start(limits);
    LoopbackClient client(address_);
    client.send(post + "Connection: close\r\nContent-Length: 6000\r\n\r\n");
    for (int burst = 0; burst < 6; ++burst) {
        const auto begun = thread_.shard().now();
        wait_until([&] { return thread_.shard().now() > begun + 100ms; });
        client.send(std::string(1000, 'x'));
    }

    const auto answer = client.read_to_close();

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
}

TEST_F(HttpServerTest, AContentThatIsCutIs400) {
    start();
    LoopbackClient client(address_);

    client.send(post + "Content-Length: 5\r\n\r\nabc");
    client.close_sending();

    const auto answer = client.read_to_close();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ") || answer.empty()) << answer;
}

TEST_F(HttpServerTest, AClientThatDoesNotTakeTheResponseIsEnded) {
    HttpLimits limits;
    limits.write_wait = 30ms;
    start(limits);
    LoopbackClient client(address_);

    client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_until([&] { return server_->stats().bodies_too_slow == 1; });

    EXPECT_LT(client.read_to_close().size(), 64U << 20U);
    wait_until([&] { return server_->stats().connections == 0; });
}

TEST_F(HttpServerTest, AClientThatLeavesTheResponseInTheKernelIsEndedBeforeAnIdleOne) {
    HttpLimits limits;
    limits.write_wait = 30ms;
    start(limits);
    LoopbackClient idle(address_);
    idle.send("GET /whole HTTP/1.1\r\nHost: h\r\n\r\n");
    for (std::size_t got = 0; got < 100'000;) got += idle.read_until(std::string(1, '\0')).size();
    LoopbackClient leaves(address_, "127.0.0.1", 4096);
    leaves.send("GET /whole HTTP/1.1\r\nHost: h\r\n\r\n");

    wait_until([&] { return server_->stats().bodies_too_slow == 1; });

    EXPECT_EQ(stats().connections, 1U);
}

TEST_F(HttpServerTest, OfTooManySlowClientsTheOneThatIsSoForLongestIsEnded) {
    HttpLimits limits;
    limits.slow_clients_max = 1;
    limits.slow_after = 10ms;
    start(limits);
    LoopbackClient sender(address_);
    sender.send(through + "1\r\na\r\n");
    sender.read_until("1\r\na\r\n");
    LoopbackClient reader(address_);
    reader.send("GET /big HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    // Both become slow; the order is that of their last bytes.
    EXPECT_EQ(sender.read_to_close(), "");

    EXPECT_EQ(stats().slow_ended, 1U);
    EXPECT_EQ(stats().connections, 1U);
    EXPECT_EQ(reader.read_to_close().size() >> 26U, 1U) << "the other one gets all of it";
}

TEST_F(HttpServerTest, AClientThatTakesNothingIsEndedWhenItsPlaceIsWanted) {
    HttpLimits limits;
    limits.wanted_after = 5ms;
    start(limits);
    LoopbackClient client(address_, "127.0.0.1", 4096);
    client.send("GET /wanted HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_until([&] { return handler_.requests == 1; });
    const auto begun = thread_.shard().now();
    wait_until([&] { return thread_.shard().now() > begun + 4 * limits.wanted_after; });
    EXPECT_EQ(stats().slow_ended, 0U) << "nobody waits for it";

    run([&] { handler_.is_wanted = true; });

    wait_until([&] { return server_->stats().slow_ended == 1; });
    EXPECT_LT(client.read_to_close().size(), 64U << 20U);
}

TEST_F(HttpServerTest, WhatLiesInTheKernelOfTheLastResponseShowsNothing) {
    HttpLimits limits;
    limits.wanted_after = 5ms;
    limits.slow_after = 1h;
    start(limits);
    handler_.is_wanted = true;
    LoopbackClient client(address_, "127.0.0.1", 4096);

    client.send("GET /whole HTTP/1.1\r\nHost: h\r\n\r\nGET /wanted HTTP/1.1\r\nHost: h\r\n\r\n");

    wait_until([&] { return server_->stats().slow_ended == 1; });
}

TEST_F(HttpServerTest, AClientThatTookMuchIsGivenLongerWhenItsPlaceIsWanted) {
    HttpLimits limits;
    limits.wanted_after = 5ms;
    limits.slow_after = 1h;
    limits.trusted_bytes = 100'000;
    start(limits);
    handler_.is_wanted = true;
    LoopbackClient client(address_, "127.0.0.1", 4096);
    client.send("GET /wanted HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    for (std::size_t got = 0; got < 300'000;) got += client.read_until(std::string(1, '\0')).size();

    const auto begun = thread_.shard().now();
    wait_until([&] { return thread_.shard().now() > begun + 10 * limits.wanted_after; });

    EXPECT_EQ(stats().slow_ended, 0U);
    EXPECT_EQ(client.read_to_close().size() >> 20U, 63U) << "it gets the rest";
}

TEST_F(HttpServerTest, UnreadContentOverTheBoundEndsTheConnection) {
    HttpLimits limits;
    limits.skipped_bytes_max = 2;
    start(limits);

    const auto answer = ask("POST /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" +
                            std::string(16384, 'x'));

    EXPECT_NE(answer.find("connection: close\r\n"), std::string::npos) << answer;
    EXPECT_EQ(stats().contents_unread, 1U);
}

TEST_F(HttpServerTest, LingeringHasAnEndForOneThatIsSilentAndForOneThatGoesOn) {
    HttpLimits limits;
    limits.linger_wait = 20ms;
    limits.linger_max = 100ms;
    limits.body_bytes_max = 4;
    start(limits);
    const std::string large = post + "Content-Length: 100000000000\r\n\r\n";
    LoopbackClient silent(address_);
    silent.send(large);
    EXPECT_TRUE(silent.read_to_close().starts_with("HTTP/1.1 413 "));
    wait_until([&] { return server_->stats().lingers_cut == 1; });
    LoopbackClient endless(address_);
    endless.send(large);

    while (endless.send_some(std::string(1U << 16U, 'x')) > 0) {
    }

    EXPECT_EQ(stats().lingers_cut, 2U);
}

TEST_F(HttpServerTest, AClientThatSendsAllBeforeItReadsSeesWhyItIsRefused) {
    HttpLimits limits;
    limits.body_bytes_max = 50'000'000;
    start(limits);
    const std::string content(100'000'000, 'x');
    const auto upload = [&](std::string_view path) {
        LoopbackClient client(address_);
        client.send("POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                    (path == "/fail" ? "50000000" : "100000000") + "\r\n\r\n");
        client.send(path == "/fail" ? std::string_view(content).substr(50'000'000) : content);
        return client.read_to_close();
    };

    EXPECT_TRUE(upload("/a").starts_with("HTTP/1.1 413 "));
    EXPECT_TRUE(upload("/fail").starts_with("HTTP/1.1 503 "));
}

}  // namespace
}  // namespace weft::net
