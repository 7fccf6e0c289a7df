#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/rt/byte_stream.h"

namespace weft::net {

/// One header field. Names compare without regard to case (RFC 9110 section 5.1); values are bytes
/// without CR, LF, NUL.
struct HttpHeader {
    std::string name;
    std::string value;
};

using HttpHeaders = std::vector<HttpHeader>;

/// Field names are equal except for the case of ASCII letters.
bool same_header_name(std::string_view a, std::string_view b);

/// A field that says how this connection delimits or keeps messages; it is never passed on.
bool belongs_to_connection(std::string_view name);

/// The first value of a field, or null.
const std::string* find_header(const HttpHeaders& headers, std::string_view name);

/// A request as a server received it or a client will send it (RFC 9110 section 6).
struct HttpRequest {
    std::string method;
    std::string scheme;          ///< "http" or "https".
    std::string authority;       ///< The Host header's value.
    std::string path_and_query;  ///< Origin form; starts with '/', or is "*".
    HttpHeaders headers;
    std::unique_ptr<rt::ByteSource> body;  ///< Null when the request has no content.
};

/// A response whose content is still to come: read `body` to its last chunk. Destroying it earlier
/// tells the producer that the rest is not wanted.
struct HttpResponse {
    std::uint16_t status = 200;
    HttpHeaders headers;
    std::unique_ptr<rt::ByteSource> body;  ///< Null when there is no content.
};

}  // namespace weft::net
