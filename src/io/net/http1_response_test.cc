#include "io/net/http1_response.h"

#include <string>

#include <gtest/gtest.h>

#include "io/net/address.h"

namespace weft::net {
namespace {

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

TEST(LastChunk, HasTrailersButNoneOfTheConnection) {
    Bytes out;
    const rt::Trailers trailers{{"x-sum", "4"}, {"Content-Length", "9"}};
    const rt::Trailers split{{"x", "a\r\nb: c"}};

    EXPECT_EQ(append_last_chunk(out, &split).error().slug, Slug("net.http_unsafe_field"));
    ASSERT_TRUE(out.empty());
    ASSERT_TRUE(append_last_chunk(out, &trailers));
    ASSERT_TRUE(append_last_chunk(out, nullptr));

    EXPECT_EQ(as_text(out), "0\r\nx-sum: 4\r\n\r\n0\r\n\r\n");
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
