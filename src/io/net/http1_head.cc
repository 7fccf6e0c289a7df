#include "io/net/http1_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/core/errc.h"

namespace weft::net {
namespace {

Failure bad_request(std::string_view reason) {
    return fail(Errc::invalid_argument, "net.http_bad_request", "{}", reason);
}

bool is_token_char(char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// What the fields of one head say about its framing.
struct Seen {
    int hosts = 0;
    int lengths = 0;
    int codings = 0;
    std::string_view length;
    std::string_view coding;
};

Result<void> check_request_line(std::string_view line, bool& is_http_1_1) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return bad_request("the request line is not three words");
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!is_token(method)) return bad_request("the method is not a token");
    if (target.empty() || !std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f; }))
        return bad_request("the target holds a character outside of visible ASCII");
    if (method == "CONNECT")
        return fail(Errc::unsupported, "net.http_connect",
                    "CONNECT is for proxies; this is not one");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return fail(Errc::unsupported, "net.http_version", "'{}' is not HTTP/1.1 or HTTP/1.0",
                    version);
    is_http_1_1 = version == "HTTP/1.1";
    return ok();
}

Result<void> check_field(std::string_view line, Seen& seen) {
    if (line.front() == ' ' || line.front() == '\t')
        return bad_request("a field is folded over two lines");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return bad_request("a field name is not a token followed by ':'");
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
        return bad_request("a field value holds a control character");
    if (same_header_name(name, "host")) {
        ++seen.hosts;
    } else if (same_header_name(name, "content-length")) {
        ++seen.lengths;
        seen.length = value;
    } else if (same_header_name(name, "transfer-encoding")) {
        ++seen.codings;
        seen.coding = value;
    }
    return ok();
}

Result<void> check_framing(const Seen& seen, bool is_http_1_1) {
    if (seen.hosts > 1 || (is_http_1_1 && seen.hosts == 0))
        return bad_request("there must be exactly one Host field");
    if (seen.codings > 0) {
        if (!is_http_1_1) return bad_request("Transfer-Encoding needs HTTP/1.1");
        if (seen.lengths > 0)
            return bad_request("Transfer-Encoding and Content-Length exclude each other");
        if (seen.codings > 1 || !same_header_name(seen.coding, "chunked"))
            return fail(Errc::unsupported, "net.http_coding",
                        "the only transfer coding understood is 'chunked'");
    }
    constexpr std::size_t digits_max = 18;
    if (seen.lengths > 1) return bad_request("there is more than one Content-Length field");
    if (seen.lengths == 1 &&
        (seen.length.empty() || seen.length.size() > digits_max ||
         !std::ranges::all_of(seen.length, [](char c) { return c >= '0' && c <= '9'; })))
        return bad_request("Content-Length is not a plain number");
    return ok();
}

}  // namespace

Result<void> check_request_head(std::string_view head) {
    bool is_http_1_1 = false;
    bool first_line = true;
    Seen seen;
    while (!head.empty()) {
        const auto end = head.find('\n');
        if (end == std::string_view::npos || end == 0 || head[end - 1] != '\r')
            return bad_request("a line does not end with CR LF");
        const auto line = head.substr(0, end - 1);
        head.remove_prefix(end + 1);
        if (line.empty()) break;
        if (line.find('\r') != std::string_view::npos) return bad_request("a line holds a bare CR");
        if (first_line)
            CHECK(check_request_line(line, is_http_1_1));
        else
            CHECK(check_field(line, seen));
        first_line = false;
    }
    if (first_line) return bad_request("there is no request line");
    return check_framing(seen, is_http_1_1);
}

std::uint16_t status_of_refusal(const Error& error) {
    if (error.slug == Slug("net.http_head_too_large") || error.slug == Slug("net.input_full"))
        return 431;
    if (error.slug == Slug("net.http_body_too_large")) return 413;
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

bool belongs_to_connection(std::string_view name) {
    static constexpr std::array<std::string_view, 5> names{
        "connection", "keep-alive", "transfer-encoding", "content-length", "upgrade"};
    return std::ranges::any_of(
        names, [name](std::string_view own) { return same_header_name(name, own); });
}

bool is_safe_value(std::string_view value) {
    return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

Result<void> append_response_head(Bytes& out, const ResponseHead& head,
                                  const HttpHeaders& headers) {
    for (const auto& header : headers)
        if (!is_token(header.name) || !is_safe_value(header.value))
            return fail(
                Errc::invalid_argument, "net.http_unsafe_field",
                "a response field has a name that is not a token or a value with CR, LF or NUL");
    append(out, "HTTP/1.1 ");
    append_number(out, head.status, 10);
    append(out, " ");
    append(out, reason_phrase(head.status));
    append(out, "\r\n");
    for (const auto& header : headers) {
        if (belongs_to_connection(header.name)) continue;
        append(out, header.name);
        append(out, ": ");
        append(out, header.value);
        append(out, "\r\n");
    }
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

void append_last_chunk(Bytes& out) { append(out, "0\r\n\r\n"); }

}  // namespace weft::net
