#include "io/net/http1_body.h"

#include <string>

#include <gtest/gtest.h>

namespace weft::net {
namespace {

/// The content, or the slug; with `|` before what was left over, `...` when more is to come.
std::string decode(const RequestHead& head, std::string_view input, std::uint64_t max = 100) {
    auto decoder = BodyDecoder::create(head, max);
    if (!decoder) return std::string(decoder.error().slug.text());
    std::string content;
    while (!decoder->is_done()) {
        std::size_t used = 0;
        auto piece = decoder->read(as_bytes(input), used);
        if (!piece) return std::string(piece.error().message);
        input.remove_prefix(used);
        if (!*piece) return content + "...";
        content += as_text((*piece)->data);
        EXPECT_EQ((*piece)->last, decoder->is_done());
    }
    return content + "|" + std::string(input);
}

std::string chunks(std::string_view input, std::uint64_t max = 100) {
    return decode({.is_chunked = true}, input, max);
}

TEST(BodyDecoder, TakesAsManyBytesAsTheHeadSays) {
    EXPECT_EQ(decode({.content_length = 3}, "abcGET"), "abc|GET");
    EXPECT_EQ(decode({.content_length = 3}, "ab"), "ab...");
    EXPECT_EQ(decode({}, "GET"), "|GET");
    EXPECT_EQ(decode({.content_length = 5}, "abcde", 4), "net.http_body_too_large");
}

TEST(BodyDecoder, JoinsChunksAndDropsExtensions) {
    EXPECT_EQ(chunks("3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\nGET"), "abc0123456789|GET");
    EXPECT_EQ(chunks("1;a=b;c=\"d\\\" e\" ; f = g\r\nx\r\n0 ; z\r\nx-sum: 1\r\ny:\r\n\r\n"), "x|");
}

TEST(BodyDecoder, GivesTrailersWithTheLastPiece) {
    const std::string_view input = "1\r\nx\r\n0\r\nx-sum: 1\r\nContent-Length: 9\r\ny:\r\n\r\n";
    auto decoder = *BodyDecoder::create({.is_chunked = true}, 100);
    std::size_t used = 0;

    const auto piece = *decoder.read(as_bytes(input), used);

    ASSERT_TRUE(piece && piece->trailers);
    EXPECT_EQ(*piece->trailers, (rt::Trailers{{"x-sum", "1"}, {"y", ""}}));
}

TEST(BodyDecoder, ReadsTheSameInEveryCut) {
    const std::string whole = "3;x\r\nabc\r\n2\r\nde\r\n0\r\nt: u\r\n\r\n";
    auto decoder = *BodyDecoder::create({.is_chunked = true}, 100);
    std::string content;
    std::size_t begin = 0;

    for (std::size_t end = 1; end <= whole.size(); ++end) {
        std::size_t used = 0;
        auto piece = decoder.read(as_bytes(whole).subspan(begin, end - begin), used);
        ASSERT_TRUE(piece) << piece.error().message;
        begin += used;
        if (*piece) content += as_text((*piece)->data);
    }

    EXPECT_EQ(content, "abcde");
    EXPECT_EQ(begin, whole.size());
    EXPECT_TRUE(decoder.is_done());
}

TEST(BodyDecoder, RefusesWhatTwoParsersWouldReadDifferently) {
    const struct {
        const char* input;
        const char* reason;
    } cases[] = {
        {"3\nabc\r\n", "CR LF"},
        {"3\r\nabcd\r\n", "longer than its size"},
        {"3\r\nabc\n", "CR LF"},
        {"\r\n", "hexadecimal"},
        {"-1\r\n", "hexadecimal"},
        {"+3\r\nabc\r\n", "hexadecimal"},
        {" 3\r\nabc\r\n", "hexadecimal"},
        {"0x3\r\nabc\r\n", "not an extension"},
        {"3 \r\nabc\r\n", "not an extension"},
        {"3 x\r\nabc\r\n", "not an extension"},
        {"3;\ra\r\nabc\r\n", "not an extension"},
        {"3;\r\nabc\r\n", "not an extension"},
        {"3;=a\r\nabc\r\n", "not an extension"},
        {"3;a=\r\nabc\r\n", "not an extension"},
        {"3;a \r\nabc\r\n", "not an extension"},
        {"3;a=\"b\r\nabc\r\n", "not an extension"},
        {"3;a=\"b\\\"\r\nabc\r\n", "not an extension"},
        {"3;a=\"b\"c\r\nabc\r\n", "not an extension"},
        {"00000000000000003\r\nabc\r\n", "hexadecimal"},
        {"fffffffffffffffff\r\n", "hexadecimal"},
        {"0\r\n folded: 1\r\n\r\n", "trailer"},
        {"0\r\nno colon\r\n\r\n", "trailer"},
    };
    for (const auto& c : cases)
        EXPECT_NE(chunks(c.input).find(c.reason), std::string::npos) << c.input << chunks(c.input);
}

TEST(BodyDecoder, BoundsAllThatItReads) {
    const std::string long_extension = "1;" + std::string(BodyDecoder::extra_bytes_max, 'x');
    std::string many;
    for (int i = 0; i < 17; ++i) many += "1;" + std::string(1024, 'x') + "\r\na\r\n";
    std::string trailers = "0\r\n";
    for (int i = 0; i < 17; ++i) trailers += "x: " + std::string(1024, 'x') + "\r\n";

    EXPECT_NE(chunks("3\r\nabc\r\n3\r\n", 5).find("limit of 5 bytes"), std::string::npos);
    EXPECT_NE(chunks("ffffffffffffffff\r\n", 5).find("limit of 5 bytes"), std::string::npos);
    EXPECT_NE(chunks(long_extension + "xxxxxxxxxxxxxxxxx").find("too long"), std::string::npos)
        << "also before the line has ended";
    EXPECT_NE(chunks(many).find("too long"), std::string::npos);
    EXPECT_NE(chunks(trailers).find("too long"), std::string::npos);
}

}  // namespace
}  // namespace weft::net
