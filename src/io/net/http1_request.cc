#include "io/net/http1_request.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace weft::net {
namespace {

Failure bad_request(std::string_view reason) {
    return fail(Errc::invalid_argument, "net.http_bad_request", "{}", reason);
}

constexpr auto token_chars = [] {
    std::array<bool, 256> is_token{};
    for (unsigned char c = '0'; c <= '9'; ++c) is_token[c] = true;
    for (unsigned char c = 'a'; c <= 'z'; ++c) is_token[c] = is_token[c - 'a' + 'A'] = true;
    for (const unsigned char c : std::string_view("!#$%&'*+-.^_`|~")) is_token[c] = true;
    return is_token;
}();

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// True when a list, as in Connection, holds the word.
bool has_word(std::string_view list, std::string_view word) {
    for (;;) {
        const auto comma = list.find(',');
        if (same_header_name(trim(list.substr(0, comma)), word)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

/// A host and perhaps a port (RFC 3986 section 3.2), without user information and '%'.
bool is_authority(std::string_view text) {
    std::size_t host = 0;
    if (text.starts_with('[')) {
        constexpr std::string_view address_chars = "0123456789abcdefABCDEF:.";
        host = text.find_first_not_of(address_chars, 1);
        if (host < 3 || host == std::string_view::npos || text[host] != ']') return false;
        ++host;
    } else {
        constexpr std::string_view more_chars = "-._~!$&'()*+,;=";
        while (host < text.size() && (is_alphanumeric(text[host]) ||
                                      more_chars.find(text[host]) != std::string_view::npos))
            ++host;
    }
    if (host == text.size()) return true;
    if (text[host] != ':') return false;
    const auto port = text.substr(host + 1);
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    return port.empty() || (error == std::errc() && end == port.data() + port.size());
}

/// Nothing that a URL has no place for, and the few more that browsers send.
bool is_path_and_query(std::string_view text) {
    constexpr std::string_view path_chars = "-._~!$&'()*+,;=:@/%[]|";
    constexpr std::string_view query_chars = "?{}^`\\";
    bool in_query = false;
    return std::ranges::all_of(text, [&](char c) {
        in_query |= c == '?';
        return is_alphanumeric(c) || path_chars.find(c) != std::string_view::npos ||
               (in_query && query_chars.find(c) != std::string_view::npos);
    });
}

/// Splits a target into authority, when it has one (RFC 9112 section 3.2.2: it wins over the Host
/// field), and path.
Result<void> read_target(std::string_view target, HttpRequest& request) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!same_header_name(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        const auto path = std::min(target.find_first_of("/?"), target.size());
        if (path == 0) return bad_request("the target has a scheme and no host");
        request.authority = target.substr(0, path);
        if (!is_authority(request.authority)) return bad_request("the target's host is none");
        target.remove_prefix(path);
        if (!target.starts_with('/')) request.path_and_query = "/";
        request.path_and_query += target;
        return ok();
    }
    if (!target.starts_with('/') && (target != "*" || request.method != "OPTIONS"))
        return bad_request("the target is neither a path nor a URL of http or https");
    request.path_and_query = target;
    return ok();
}

Result<void> read_request_line(std::string_view line, RequestHead& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return bad_request("the request line is not three words");
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!is_token(method)) return bad_request("the method is not a token");
    if (target.empty() || !is_path_and_query(target))
        return bad_request("the target holds a character that has no place in a URL");
    if (method == "CONNECT")
        return fail(Errc::unsupported, "net.http_connect",
                    "CONNECT is for proxies; this is not one");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return fail(Errc::unsupported, "net.http_version", "'{}' is not HTTP/1.1 or HTTP/1.0",
                    version);
    head.is_http_1_0 = version == "HTTP/1.0";
    head.request.method = method;
    head.request.scheme = "http";
    return read_target(target, head.request);
}

/// What the fields of one head say about the message and the connection.
struct Seen {
    int hosts = 0;
    int lengths = 0;
    int codings = 0;
    std::string_view host;
    std::string_view length;
    std::string_view coding;
    bool says_close = false;
    bool says_keep_alive = false;
};

void look_at(const FieldView& field, Seen& seen, RequestHead& head) {
    if (same_header_name(field.name, "host")) {
        ++seen.hosts;
        seen.host = field.value;
    } else if (same_header_name(field.name, "content-length")) {
        ++seen.lengths;
        seen.length = field.value;
    } else if (same_header_name(field.name, "transfer-encoding")) {
        ++seen.codings;
        seen.coding = field.value;
    } else if (same_header_name(field.name, "connection")) {
        seen.says_close |= has_word(field.value, "close");
        seen.says_keep_alive |= has_word(field.value, "keep-alive");
    } else if (same_header_name(field.name, "expect")) {
        head.expects_continue |= same_header_name(field.value, "100-continue");
    }
}

Result<void> conclude(const Seen& seen, RequestHead& head) {
    if (seen.hosts > 1 || (!head.is_http_1_0 && seen.hosts == 0))
        return bad_request("there must be exactly one Host field");
    if (!is_authority(seen.host)) return bad_request("the Host field does not name a host");
    if (head.request.authority.empty()) head.request.authority = seen.host;
    head.expects_continue &= !head.is_http_1_0;  // RFC 9110 section 10.1.1.
    head.keep_alive = !seen.says_close && (!head.is_http_1_0 || seen.says_keep_alive);
    if (seen.codings > 0) {
        if (head.is_http_1_0) return bad_request("Transfer-Encoding needs HTTP/1.1");
        if (seen.lengths > 0)
            return bad_request("Transfer-Encoding and Content-Length exclude each other");
        if (seen.codings > 1 || !same_header_name(seen.coding, "chunked"))
            return fail(Errc::unsupported, "net.http_coding",
                        "the only transfer coding understood is 'chunked'");
        head.is_chunked = true;
    }
    if (seen.lengths > 1) return bad_request("there is more than one Content-Length field");
    if (seen.lengths == 0) return ok();
    const char* const end = seen.length.data() + seen.length.size();
    const auto [at, error] = std::from_chars(seen.length.data(), end, head.content_length);
    if (error != std::errc() || at != end)
        return bad_request("Content-Length is not a plain number");
    return ok();
}

/// Takes the next line off `text`, without its CR LF.
Result<std::string_view> take_line(std::string_view& text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || end == 0 || text[end - 1] != '\r')
        return bad_request("a line does not end with CR LF");
    const auto line = text.substr(0, end - 1);
    if (line.find('\r') != std::string_view::npos) return bad_request("a line holds a bare CR");
    text.remove_prefix(end + 1);
    return line;
}

/// `text` ends after the CR LF of the last field.
Result<RequestHead> parse_head(std::string_view text) {
    RequestHead head;
    Seen seen;
    TRY(const auto request_line, take_line(text));
    CHECK(read_request_line(request_line, head));
    const auto fields = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    if (fields > RequestHeadReader::fields_max)
        return fail(Errc::exhausted, "net.http_fields_exceeded",
                    "the request has {} header fields, the limit is {}", fields,
                    RequestHeadReader::fields_max);
    head.request.headers.reserve(fields);
    while (!text.empty()) {
        TRY(const auto line, take_line(text));
        TRY(const auto field, read_field(line));
        look_at(field, seen, head);
        head.request.headers.push_back({std::string(field.name), std::string(field.value)});
    }
    CHECK(conclude(seen, head));
    return head;
}

}  // namespace

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return token_chars[static_cast<unsigned char>(c)];
    });
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    });
}

Result<FieldView> read_field(std::string_view line) {
    if (line.starts_with(' ') || line.starts_with('\t'))
        return bad_request("a field is folded over two lines");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return bad_request("a field name is not a token followed by ':'");
    const auto value = trim(line.substr(colon + 1));
    if (has_control(value)) return bad_request("a field value holds a control character");
    return FieldView{line.substr(0, colon), value};
}

Result<std::optional<RequestHead>> RequestHeadReader::read(BytesView input, std::size_t& used) {
    const auto text = as_text(input);
    used = 0;
    for (;;) {
        const auto end = text.find('\n', seen_);
        if (end == std::string_view::npos) {
            seen_ = text.size();
            if (seen_ - begin_ > bytes_max_ + 1) return too_large();
            return std::nullopt;
        }
        if (end == line_ || text[end - 1] != '\r')
            return bad_request("a line does not end with CR LF");
        const bool is_empty = end - 1 == line_;
        line_ = seen_ = end + 1;
        if (is_empty && begin_ < end - 1) break;
        if (is_empty) begin_ = line_;  // Empty lines before the head: RFC 9112 section 2.2.
        if (line_ - begin_ > bytes_max_) return too_large();
    }
    TRY(auto head, parse_head(text.substr(begin_, line_ - 2 - begin_)));
    used = line_;
    return std::optional<RequestHead>(std::move(head));
}

Failure RequestHeadReader::too_large() const {
    return fail(Errc::exhausted, "net.http_head_too_large",
                "the request head is over the limit of {} bytes", bytes_max_);
}

}  // namespace weft::net
