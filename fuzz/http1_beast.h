#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/core/bytes.h"

/// A second parser of HTTP/1 requests, to compare with. It accepts more than it should (a transfer
/// coding that only ends in "chunked", no or two Host fields and others), so only what both accept
/// is the same.
namespace weft::fuzz {

/// What it makes of the bytes of one request.
struct BeastRequest {
    std::string method;
    bool is_chunked = false;
    std::optional<std::uint64_t> content_length;
    bool is_done = false;     ///< Else more must come.
    bool is_refused = false;  ///< Behind its head.
    std::string content;
    std::size_t used = 0;  ///< Bytes of the whole request.
};

/// Empty when it refuses the head, or wants more of it.
inline std::optional<BeastRequest> read_with_beast(BytesView input, std::uint64_t body_bytes_max) {
    namespace http = boost::beast::http;
    http::request_parser<http::string_body> parser;
    parser.header_limit(1U << 20U);
    parser.body_limit(body_bytes_max);
    parser.eager(true);
    BeastRequest request;
    boost::beast::error_code error;
    while (!parser.is_done() && request.used < input.size()) {
        const auto rest = input.subspan(request.used);
        const auto took = parser.put(boost::asio::buffer(rest.data(), rest.size()), error);
        request.used += took;
        if (error || took == 0) break;
    }
    if (!parser.is_header_done()) return std::nullopt;
    request.is_refused = error && error != http::error::need_more;
    request.method = std::string(parser.get().method_string());
    request.is_chunked = parser.chunked();
    if (parser.content_length()) request.content_length = *parser.content_length();
    request.is_done = parser.is_done();
    request.content = parser.get().body();
    return request;
}

}  // namespace weft::fuzz
