#include "io/net/http_message.h"

#include <strings.h>

#include <algorithm>
#include <array>

namespace weft::net {

bool same_header_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool belongs_to_connection(std::string_view name) {
    static constexpr std::array<std::string_view, 5> names{
        "connection", "keep-alive", "transfer-encoding", "content-length", "upgrade"};
    return std::ranges::any_of(
        names, [name](std::string_view own) { return same_header_name(name, own); });
}

const std::string* find_header(const HttpHeaders& headers, std::string_view name) {
    for (const auto& header : headers)
        if (same_header_name(header.name, name)) return &header.value;
    return nullptr;
}

}  // namespace weft::net
