#include "io/net/http1_response.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/core/errc.h"
#include "io/net/http1_request.h"

namespace weft::net {
std::uint16_t status_of_refusal(const Error& error) {
    if (error.slug == Slug("net.http_head_too_large") || error.slug == Slug("net.input_full") ||
        error.slug == Slug("net.http_fields_exceeded"))
        return 431;
    if (error.slug == Slug("net.http_body_too_large")) return 413;
    if (error.slug == Slug("net.client_gone")) return 400;  // It is not complete.
    if (error.slug == Slug("net.http_version")) return 505;
    if (error.slug == Slug("net.peer_too_slow")) return 408;
    return static_cast<std::uint16_t>(errc_row(error.code).http_status);
}

std::string_view reason_phrase(std::uint16_t status) {
    struct Row {
        std::uint16_t status;
        std::string_view phrase;
    };
    static constexpr std::array rows{Row{200, "OK"},
                                     Row{201, "Created"},
                                     Row{202, "Accepted"},
                                     Row{204, "No Content"},
                                     Row{206, "Partial Content"},
                                     Row{301, "Moved Permanently"},
                                     Row{302, "Found"},
                                     Row{303, "See Other"},
                                     Row{304, "Not Modified"},
                                     Row{307, "Temporary Redirect"},
                                     Row{308, "Permanent Redirect"},
                                     Row{400, "Bad Request"},
                                     Row{401, "Unauthorized"},
                                     Row{403, "Forbidden"},
                                     Row{404, "Not Found"},
                                     Row{405, "Method Not Allowed"},
                                     Row{408, "Request Timeout"},
                                     Row{409, "Conflict"},
                                     Row{410, "Gone"},
                                     Row{412, "Precondition Failed"},
                                     Row{413, "Content Too Large"},
                                     Row{415, "Unsupported Media Type"},
                                     Row{422, "Unprocessable Content"},
                                     Row{429, "Too Many Requests"},
                                     Row{431, "Request Header Fields Too Large"},
                                     Row{500, "Internal Server Error"},
                                     Row{501, "Not Implemented"},
                                     Row{502, "Bad Gateway"},
                                     Row{503, "Service Unavailable"},
                                     Row{504, "Gateway Timeout"},
                                     Row{505, "HTTP Version Not Supported"}};
    const auto* row = std::ranges::find(rows, status, &Row::status);
    return row == rows.end() ? std::string_view() : row->phrase;
}

namespace {

void append(Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

void append_number(Bytes& out, std::uint64_t number, int base) {
    std::array<char, 20> digits{};
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
    append(out, std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

bool is_safe_value(std::string_view value) {
    return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

Result<void> check_field(std::string_view name, std::string_view value) {
    if (is_token(name) && is_safe_value(value)) return ok();
    return fail(Errc::invalid_argument, "net.http_unsafe_field",
                "a response field has a name that is not a token or a value with CR, LF or NUL");
}

void append_field(Bytes& out, std::string_view name, std::string_view value) {
    if (belongs_to_connection(name)) return;
    append(out, name);
    append(out, ": ");
    append(out, value);
    append(out, "\r\n");
}

}  // namespace

Result<void> append_response_head(Bytes& out, const ResponseHead& head,
                                  const HttpHeaders& headers) {
    for (const auto& header : headers) CHECK(check_field(header.name, header.value));
    append(out, "HTTP/1.1 ");
    append_number(out, head.status, 10);
    append(out, " ");
    append(out, reason_phrase(head.status));
    append(out, "\r\n");
    for (const auto& header : headers) append_field(out, header.name, header.value);
    if (find_header(headers, "date") == nullptr && !head.date.empty()) {
        append(out, "date: ");
        append(out, head.date);
        append(out, "\r\n");
    }
    if (head.framing == Framing::length) {
        append(out, "content-length: ");
        append_number(out, head.content_length, 10);
        append(out, "\r\n");
    }
    if (head.framing == Framing::chunked) append(out, "transfer-encoding: chunked\r\n");
    if (head.connection == ResponseHead::Connection::close) append(out, "connection: close\r\n");
    if (head.connection == ResponseHead::Connection::keep_said)
        append(out, "connection: keep-alive\r\n");
    append(out, "\r\n");
    return ok();
}

void append_chunk(Bytes& out, BytesView data) {
    append_number(out, data.size(), 16);
    append(out, "\r\n");
    out.insert(out.end(), data.begin(), data.end());
    append(out, "\r\n");
}

Result<void> append_last_chunk(Bytes& out, const rt::Trailers* trailers) {
    static const rt::Trailers none;
    if (trailers == nullptr) trailers = &none;
    for (const auto& [name, value] : *trailers) CHECK(check_field(name, value));
    append(out, "0\r\n");
    for (const auto& [name, value] : *trailers) append_field(out, name, value);
    append(out, "\r\n");
    return ok();
}

}  // namespace weft::net
