#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "io/net/http_message.h"

/// Request heads of HTTP/1.1 and 1.0. Strict, so that no proxy before us can read a request
/// differently (request smuggling). Pure. Source: RFC 9112 sections 2.2, 3.2, 5, 6, 9.3.
namespace weft::net {

struct RequestHead {
    HttpRequest request = {};  ///< Without its body.
    bool is_http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
    bool is_chunked = false;
    std::uint64_t content_length = 0;  ///< 0 when the content is chunked.

    bool has_body() const { return is_chunked || content_length > 0; }
};

/// Reads one head, in whatever pieces it arrives; no byte is looked at twice for its end. Refuses:
/// bare CR or LF, control characters, folded lines, a target that is neither absolute nor in origin
/// form (nor '*', for OPTIONS) or holds what RFC 3986 has no place for, a host that is none, no or
/// two Host fields, Content-Length that is not one plain number, Transfer-Encoding that is not
/// exactly "chunked" on HTTP/1.1, both of them, CONNECT. Allows in a target what browsers send
/// though the RFC does not: '[', ']', '|', and in its query '{', '}', '^', '`', '\\'.
class RequestHeadReader {
  public:
    static constexpr std::size_t fields_max = 128;

    explicit RequestHeadReader(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// Reads from the front of `input`, which begins at the same byte in each call and has grown.
    /// Empty lines before the head are skipped; `used` says how many bytes it took. Empty when the
    /// head is not complete yet. Errors: invalid_argument, unsupported (CONNECT, another coding,
    /// another HTTP version), exhausted (`net.http_head_too_large`, `net.http_fields_exceeded`).
    Result<std::optional<RequestHead>> read(BytesView input, std::size_t& used);

  private:
    Failure too_large() const;

    std::size_t bytes_max_;
    std::size_t begin_ = 0;  // Of the head, behind empty lines.
    std::size_t line_ = 0;   // Begin of the line that is not complete yet.
    std::size_t seen_ = 0;   // What was looked at.
};

/// A field as it stands in a head.
struct FieldView {
    std::string_view name;
    std::string_view value;
};

/// Reads one field line, without its CR LF. Errors: invalid_argument.
Result<FieldView> read_field(std::string_view line);

/// True for a method or a field name (RFC 9110 section 5.6.2).
bool is_token(std::string_view text);

/// True when it holds an ASCII control character other than the tab.
bool has_control(std::string_view text);

}  // namespace weft::net
