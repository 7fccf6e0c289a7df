#include "io/net/http1_head.h"

#include <string>

#include <gtest/gtest.h>

#include "io/net/address.h"

namespace weft::net {
namespace {

std::string verdict(std::string_view head) {
    const auto result = check_request_head(head);
    return result ? "good"
                  : std::string(result.error().slug.text()) + ": " + result.error().message;
}

TEST(RequestHead, OrdinaryOnesAreGood) {
    EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "good");
    EXPECT_EQ(verdict("GET /a?b=%20 HTTP/1.0\r\n\r\n"), "good");
    EXPECT_EQ(verdict("POST http://a/b HTTP/1.1\r\nhost: a\r\ncontent-length: 12\r\n\r\n"), "good");
    EXPECT_EQ(verdict("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"), "good");
    EXPECT_EQ(verdict("OPTIONS * HTTP/1.1\r\nHost:\r\nx-\xc3\xa9mpty:\r\n\r\n").substr(0, 20),
              "net.http_bad_request");
}

// What a lenient parser accepts and two parsers read differently.
TEST(RequestHead, EverySmugglingFormIsRefused) {
    const struct {
        const char* head;
        const char* reason;
    } cases[] = {
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", "transfer coding"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
         "transfer coding"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
         "chunked\r\n\r\n",
         "transfer coding"},
        {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "needs HTTP/1.1"},
        {"GET / HTTP/1.1\r\n\r\n", "exactly one Host"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "exactly one Host"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\n", "plain number"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n", "plain number"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n",
         "more than one"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
         "exclude each other"},
        {"GET / HTTP/1.1\r\nHost: a\r\nx: 1\r\n folded\r\n\r\n", "folded"},
        {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", "visible ASCII"},
        {"GET / HTTP/1.1\nHost: a\r\n\r\n", "CR LF"},
        {"GET / HTTP/1.1\r\nHost: a\nx: 1\r\n\r\n", "CR LF"},
        {"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", "bare CR"},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "not a token"},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "visible ASCII"},
        {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "method"},
        {"GET /\r\nHost: a\r\n\r\n", "three words"},
        {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "proxies"},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "is not HTTP/1.1"},
    };
    for (const auto& c : cases)
        EXPECT_NE(verdict(c.head).find(c.reason), std::string::npos) << c.head << verdict(c.head);
    EXPECT_NE(verdict(std::string_view("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30)).find("control"),
              std::string::npos);
}

TEST(ResponseHead, WritesFramingAndLeavesOutWhatIsTheServers) {
    Bytes out;

    ASSERT_TRUE(append_response_head(
        out, {.status = 200, .framing = Framing::length, .content_length = 5, .date = "now"},
        {{"content-type", "text/plain"}, {"Connection", "close"}, {"content-length", "9"}}));

    EXPECT_EQ(
        as_text(out),
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ndate: now\r\ncontent-length: 5\r\n\r\n");
}

TEST(ResponseHead, RefusesAFieldThatWouldSplitTheResponse) {
    Bytes out;

    EXPECT_EQ(append_response_head(out, {}, {{"x", "a\r\nset-cookie: b"}}).error().slug,
              Slug("net.http_unsafe_field"));
    EXPECT_EQ(append_response_head(out, {}, {{"x y", "a"}}).error().slug,
              Slug("net.http_unsafe_field"));
    EXPECT_TRUE(out.empty());
}

TEST(ResponseHead, StatusOfEveryOwnRefusal) {
    const auto status = [](Failure failure) { return status_of_refusal(failure.error()); };

    EXPECT_EQ(status(fail(Errc::exhausted, "net.http_head_too_large", "")), 431);
    EXPECT_EQ(status(fail(Errc::exhausted, "net.http_body_too_large", "")), 413);
    EXPECT_EQ(status(fail(Errc::unsupported, "net.http_version", "")), 505);
    EXPECT_EQ(status(fail(Errc::deadline, "net.peer_too_slow", "")), 408);
    EXPECT_EQ(status(fail(Errc::invalid_argument, "net.http_bad_request", "")), 400);
}

TEST(Address, ReadsAllForms) {
    EXPECT_EQ(parse_address("127.0.0.1:80").value(), (Address{"127.0.0.1", 80}));
    EXPECT_EQ(parse_address("[::1]:8000").value(), (Address{"::1", 8000}));
    EXPECT_EQ(parse_address("localhost:1").value(), (Address{"127.0.0.1", 1}));
    EXPECT_EQ(parse_address(":8000").value(), (Address{"0.0.0.0", 8000}));
    EXPECT_EQ(parse_address("8000").value(), (Address{"0.0.0.0", 8000}));
    EXPECT_EQ(parse_address("[::1]:8000")->text(), "[::1]:8000");
    for (const char* wrong :
         {"", "a:80", "1.2.3:80", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:80x", "::1"})
        EXPECT_EQ(parse_address(wrong).error().slug, Slug("net.address_invalid")) << wrong;
}

}  // namespace
}  // namespace weft::net
