// Valid requests with random faults, sent to the server on a real socket: whatever a client sends,
// and whether it ends its side or not, it sees a status or the end of the connection.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/core/random.h"
#include "io/net/http_server_fixture.h"

namespace weft::net {
namespace {

using namespace std::chrono_literals;

const std::array<std::string, 8> valid{
    "GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
    "HEAD http://h/stream HTTP/1.1\r\nHost: h:80\r\nConnection: keep-alive\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n",
    "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world",
    "POST /through HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nx-sum: 1\r\n\r\n",
    "PUT /ignore HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
    "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: "
    "3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
};

/// One to four faults in one of them.
std::string mutated(SeededRandom& random) {
    constexpr std::string_view nasty("\r\n\0 \t:;,0f\xff\x80-+/?#", 17);
    std::string text = valid.at(random.next() % valid.size());
    for (auto faults = 1 + random.next() % 4; faults > 0 && !text.empty(); --faults) {
        const auto at = random.next() % text.size();
        const auto some = 1 + random.next() % 8;
        switch (random.next() % 6) {
            case 0: text[at] = static_cast<char>(random.next()); break;
            case 1: text[at] = nasty[random.next() % nasty.size()]; break;
            case 2: text.insert(at, 1, nasty[random.next() % nasty.size()]); break;
            case 3: text.erase(at, some); break;
            case 4: text.insert(at, text.substr(random.next() % text.size(), some * 4)); break;
            default: text.resize(at); break;
        }
    }
    return text;
}

TEST_F(HttpServerTest, AMutatedRequestIsAnsweredOrItsConnectionEnds) {
    constexpr int rounds = 50;
    constexpr int clients = 200;
    HttpLimits limits;
    limits.first_head_wait = limits.head_wait = limits.idle_wait = 50ms;
    limits.body_grace = limits.body_wait = limits.linger_wait = 50ms;
    limits.start_wait = 5ms;
    start(limits);
    SeededRandom random(15);
    int with_status = 0;

    for (int round = 0; round < rounds; ++round) {
        std::vector<std::unique_ptr<LoopbackClient>> open;
        std::vector<std::string> sent;
        for (int i = 0; i < clients; ++i) {
            open.push_back(std::make_unique<LoopbackClient>(address_));
            sent.push_back(mutated(random));
            open.back()->send_some(sent.back());
            if (i % 2 == 1) open.back()->close_sending();
        }
        for (int i = 0; i < clients && !HasFailure(); ++i) {
            const auto answer = open[static_cast<std::size_t>(i)]->read_to_close();
            EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 "))
                << sent[static_cast<std::size_t>(i)] << "\n gets\n"
                << answer;
            with_status += answer.empty() ? 0 : 1;
        }
        if (HasFailure()) break;
    }

    EXPECT_GT(with_status, rounds * clients / 3) << "most of them are not even read";
    wait_until([&] { return server_->stats().connections == 0; });
}

}  // namespace
}  // namespace weft::net
