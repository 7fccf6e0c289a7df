#pragma once

#include <cstdint>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "io/net/http_message.h"

/// Responses of HTTP/1 as bytes. Pure. Source: RFC 9112 sections 4, 5, 6, 7.1.
namespace weft::net {

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

/// Appends the last chunk, which is empty, and `trailers` unless null; those that belong to the
/// connection are left out. Errors: as append_response_head.
Result<void> append_last_chunk(Bytes& out, const rt::Trailers* trailers);

}  // namespace weft::net
