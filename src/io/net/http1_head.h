#pragma once

#include <cstdint>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "io/net/http_message.h"

/// The strict half of HTTP/1: what a lenient parser would let pass and two parsers would read
/// differently (request smuggling). Pure. Source: RFC 9112 sections 2.2, 3.2, 5, 6.
namespace weft::net {

/// Checks a request head as it came, from the request line up to and with the empty line. Refuses:
/// bare CR or LF, NUL, folded lines, a target outside visible ASCII, no or two Host fields,
/// Content-Length that is not one plain number, Transfer-Encoding that is not exactly "chunked" on
/// HTTP/1.1, both of them, CONNECT. Errors: invalid_argument, unsupported (CONNECT, another coding,
/// another HTTP version).
Result<void> check_request_head(std::string_view head);

/// The status that tells a client of an error which the server found by itself.
std::uint16_t status_of_refusal(const Error& error);

/// The reason phrase of a status code; empty for those that have none.
std::string_view reason_phrase(std::uint16_t status);

/// How the content of a response is delimited.
enum class Framing { none, length, chunked, until_close };

struct ResponseHead {
    std::uint16_t status = 200;
    Framing framing = Framing::none;
    std::uint64_t content_length = 0;  ///< For Framing::length.
    enum class Connection {
        keep,
        keep_said,
        close
    } connection = Connection::keep;  ///< `keep_said`: for HTTP/1.0.
    std::string_view date;            ///< IMF-fixdate.
};

/// Appends status line and fields to `out`. Fields that belong to the connection (Connection,
/// Keep-Alive, Transfer-Encoding, Content-Length, Upgrade) are the server's own and are left out of
/// `headers`. Errors: invalid_argument when a field holds CR, LF or NUL; `out` is then unchanged.
Result<void> append_response_head(Bytes& out, const ResponseHead& head, const HttpHeaders& headers);

/// Appends one chunk of the chunked coding.
void append_chunk(Bytes& out, BytesView data);

/// Appends the last chunk, which is empty.
void append_last_chunk(Bytes& out);

}  // namespace weft::net
