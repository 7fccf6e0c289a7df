#include "io/net/http1_parser.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "io/net/http1_head.h"

namespace weft::net {
namespace http = boost::beast::http;
namespace asio = boost::asio;

namespace {

constexpr std::size_t piece_bytes_max = 64U << 10U;

std::string to_string(boost::core::string_view text) { return {text.data(), text.size()}; }

/// `http://host/path` in the request line (RFC 9112 section 3.2.2): the authority wins over the
/// Host field.
void take_absolute_form(HttpRequest& request) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!request.path_and_query.starts_with(scheme)) continue;
        const auto rest = request.path_and_query.substr(scheme.size());
        const auto slash = rest.find_first_of("/?");
        request.authority = rest.substr(0, slash);
        auto path = slash == std::string::npos ? std::string("/") : rest.substr(slash);
        if (path.front() == '?') path.insert(path.begin(), '/');
        request.path_and_query = std::move(path);
        return;
    }
}

}  // namespace

struct Http1Parser::Impl {
    http::request_parser<http::buffer_body> parser;
};

Http1Parser::Http1Parser(Limits limits) : limits_(limits) {}
Http1Parser::~Http1Parser() = default;

bool Http1Parser::is_done() const { return impl_ && impl_->parser.is_done(); }

Result<std::optional<Http1Parser::Head>> Http1Parser::parse_head(BytesView input,
                                                                 std::size_t& used) {
    auto text = as_text(input);
    used = 0;
    while (text.starts_with(
        "\r\n")) {  // RFC 9112 section 2.2: empty lines before the request line are skipped.
        text.remove_prefix(2);
        used += 2;
    }
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos || end > limits_.head_bytes_max) {
        if (text.size() > limits_.head_bytes_max)
            return fail(Errc::exhausted, "net.http_head_too_large",
                        "the request head is over the limit of {} bytes", limits_.head_bytes_max);
        return std::nullopt;
    }
    const auto head_text = text.substr(0, end + 4);
    CHECK(check_request_head(head_text));

    impl_ = std::make_unique<Impl>();
    auto& parser = impl_->parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.head_bytes_max + 4));
    parser.body_limit(limits_.body_bytes_max);
    boost::system::error_code error;
    used += parser.put(asio::const_buffer(head_text.data(), head_text.size()), error);
    if (error == http::error::body_limit)
        return fail(Errc::exhausted, "net.http_body_too_large",
                    "the content is over the limit of {} bytes", limits_.body_bytes_max);
    if (error || !parser.is_header_done())
        return fail(Errc::invalid_argument, "net.http_malformed",
                    "the request head is malformed: {}", error.message());

    const auto& message = parser.get();
    Head head;
    head.request.method = to_string(message.method_string());
    head.request.scheme = "http";
    head.request.path_and_query = to_string(message.target());
    for (const auto& field : message)
        head.request.headers.push_back({to_string(field.name_string()), to_string(field.value())});
    if (const auto* host = find_header(head.request.headers, "host"))
        head.request.authority = *host;
    take_absolute_form(head.request);
    head.keep_alive = message.keep_alive();
    head.is_http_1_0 = message.version() == 10;
    head.has_body =
        !parser.is_done() && (parser.chunked() || parser.content_length().value_or(0) > 0);
    const auto* expect = find_header(head.request.headers, "expect");
    head.expects_continue = expect != nullptr && same_header_name(*expect, "100-continue");
    return std::optional<Head>(std::move(head));
}

Result<std::optional<rt::Chunk>> Http1Parser::parse_body(BytesView input, std::size_t& used) {
    auto& parser = impl_->parser;
    used = 0;
    if (parser.is_done()) return std::optional<rt::Chunk>(rt::Chunk{{}, true});
    rt::Chunk chunk;
    chunk.data.resize(std::min(piece_bytes_max, std::max<std::size_t>(input.size(), 1)));
    auto& body = parser.get().body();
    body.data = chunk.data.data();
    body.size = chunk.data.size();
    boost::system::error_code error;
    while (!parser.is_done() && used < input.size()) {
        const auto rest = input.subspan(used);
        const auto took = parser.put(asio::const_buffer(rest.data(), rest.size()), error);
        used += took;
        if (error == http::error::need_more) error = {};
        if (error || body.size == 0 || took == 0) break;
    }
    if (error == http::error::need_buffer) error = {};
    if (error == http::error::body_limit)
        return fail(Errc::exhausted, "net.http_body_too_large",
                    "the content is over the limit of {} bytes", limits_.body_bytes_max);
    if (error)
        return fail(Errc::invalid_argument, "net.http_malformed_body",
                    "the content is malformed: {}", error.message());
    chunk.data.resize(chunk.data.size() - body.size);
    chunk.last = parser.is_done();
    if (chunk.data.empty() && !chunk.last) return std::nullopt;
    return std::optional<rt::Chunk>(std::move(chunk));
}

}  // namespace weft::net
