#include "io/net/http1_request.h"

#include <string>

#include <gtest/gtest.h>

namespace weft::net {
namespace {

Result<std::optional<RequestHead>> read(std::string_view head) {
    std::size_t used = 0;
    return RequestHeadReader(4096).read(as_bytes(head), used);
}

std::string verdict(std::string_view head) {
    const auto result = read(head);
    if (!result) return std::string(result.error().slug.text()) + ": " + result.error().message;
    return *result ? "good" : "incomplete";
}

TEST(RequestHead, OrdinaryOnesAreGood) {
    EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "good");
    EXPECT_EQ(verdict("GET /a?b=%20 HTTP/1.0\r\n\r\n"), "good");
    EXPECT_EQ(verdict("POST http://a/b HTTP/1.1\r\nhost: a\r\ncontent-length: 12\r\n\r\n"), "good");
    EXPECT_EQ(verdict("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"), "good");
    EXPECT_EQ(verdict("OPTIONS * HTTP/1.1\r\nHost:\r\nx-\xc3\xa9mpty:\r\n\r\n").substr(0, 20),
              "net.http_bad_request");
}

TEST(RequestHead, TakesHostsAndTargetsThatPeopleUse) {
    for (const char* host : {"a", "a:80", "a:", "127.0.0.1:1", "[::1]", "[::1]:80",
                             "[fe80::1.2.3.4]", "a_b.example", "xn--a", ""})
        EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "good")
            << host;
    for (const char* target :
         {"HTTP://A:1/x", "/a|b[c]", "/a?b={c}|^`\\[]", "/%zz?a?b", "/;=@:!$&'()*+,"})
        EXPECT_EQ(verdict("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n"), "good")
            << target;
}

TEST(RequestHead, ALineWithoutCrIsRefusedAtOnce) {
    EXPECT_EQ(verdict("GET / HTTP/1.1\n").substr(0, 20), "net.http_bad_request");
    EXPECT_EQ(verdict("\nGET").substr(0, 20), "net.http_bad_request");
}

TEST(RequestHead, HasAnEndOfFields) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t n = 1; n < RequestHeadReader::fields_max; ++n) head += "x: y\r\n";
    EXPECT_EQ(verdict(head + "\r\n"), "good");
    EXPECT_EQ(verdict(head + "x: y\r\n\r\n").substr(0, 25), "net.http_fields_exceeded:");
}

TEST(RequestHead, ExpectIsForHttp11) {
    EXPECT_FALSE((**read("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n")).expects_continue);
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
        {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", "no place in a URL"},
        {"GET / HTTP/1.1\nHost: a\r\n\r\n", "CR LF"},
        {"GET / HTTP/1.1\r\nHost: a\nx: 1\r\n\r\n", "CR LF"},
        {"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", "bare CR"},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "not a token"},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "no place in a URL"},
        {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "method"},
        {"GET /\r\nHost: a\r\n\r\n", "three words"},
        {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "proxies"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", "plain number"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n",
         "plain number"},
        {"GET / HTTP/1.1\r\nHost: a\r\nx: \x7f\r\n\r\n", "control"},
        {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", "neither a path"},
        {"GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", "has a scheme and no host"},
        {"GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n", "host is none"},
        {"GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", "no place in a URL"},
        {"GET /<a> HTTP/1.1\r\nHost: a\r\n\r\n", "no place in a URL"},
        {"GET /a`b HTTP/1.1\r\nHost: a\r\n\r\n", "no place in a URL"},
        {"GET /{a} HTTP/1.1\r\nHost: a\r\n\r\n", "no place in a URL"},
        {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "does not name a host"},
        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "does not name a host"},
        {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "does not name a host"},
        {"GET / HTTP/1.1\r\nHost: []\r\n\r\n", "does not name a host"},
        {"GET / HTTP/1.1\r\nHost: a:70000\r\n\r\n", "does not name a host"},
        {"GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "does not name a host"},
        {"GET / HTTP/1.1\r\nHost: a%20\r\n\r\n", "does not name a host"},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "is not HTTP/1.1"},
    };
    for (const auto& c : cases)
        EXPECT_NE(verdict(c.head).find(c.reason), std::string::npos) << c.head << verdict(c.head);
    EXPECT_NE(verdict(std::string_view("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30)).find("control"),
              std::string::npos);
}

TEST(RequestHead, SaysWhatFollowsAndWhatBecomesOfTheConnection) {
    const auto posted = **read(
        "POST /a?b HTTP/1.1\r\nHost: h:1\r\nX-Y:\t z \r\nContent-Length: 12\r\n"
        "Expect: 100-Continue\r\nConnection: x, Close\r\n\r\n");

    EXPECT_EQ(posted.request.method, "POST");
    EXPECT_EQ(posted.request.path_and_query, "/a?b");
    EXPECT_EQ(posted.request.authority, "h:1");
    EXPECT_EQ(*find_header(posted.request.headers, "x-y"), "z");
    EXPECT_EQ(posted.request.headers.size(), 5U);
    EXPECT_EQ(posted.content_length, 12U);
    EXPECT_TRUE(posted.has_body() && !posted.is_chunked && posted.expects_continue);
    EXPECT_FALSE(posted.keep_alive);
    EXPECT_TRUE(
        (*read("PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: chunked\r\n\r\n"))->has_body());
    EXPECT_TRUE((*read("GET / HTTP/1.1\r\nHost:\r\n\r\n"))->keep_alive);
    EXPECT_FALSE((*read("GET / HTTP/1.0\r\n\r\n"))->keep_alive);
    EXPECT_TRUE((*read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))->keep_alive);
}

TEST(RequestHead, AuthorityOfTheTargetWins) {
    const auto target = [](std::string_view text) {
        auto head = std::move(**read("GET " + std::string(text) + " HTTP/1.1\r\nHost: h\r\n\r\n"));
        return head.request.authority + " " + head.request.path_and_query;
    };

    EXPECT_EQ(target("http://o/x?y"), "o /x?y");
    EXPECT_EQ(target("HTTPS://o"), "o /");
    EXPECT_EQ(target("http://o?y"), "o /?y");
    EXPECT_EQ((*read("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"))->request.path_and_query, "*");
    EXPECT_EQ(read("GET * HTTP/1.1\r\nHost: h\r\n\r\n").error().slug, Slug("net.http_bad_request"));
}

TEST(RequestHead, IsReadOnceItIsWhole) {
    const std::string whole = "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n";
    std::size_t used = 1;

    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(*RequestHeadReader(4096).read(as_bytes(whole).first(size), used));
        EXPECT_EQ(used, 0U);
    }
    EXPECT_TRUE(*RequestHeadReader(4096).read(as_bytes(whole + "rest"), used));
    EXPECT_EQ(used, whole.size());
    EXPECT_EQ(RequestHeadReader(8).read(as_bytes(whole), used).error().slug,
              Slug("net.http_head_too_large"));
}

}  // namespace
}  // namespace weft::net
