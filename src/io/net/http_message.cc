#include "io/net/http_message.h"

#include <strings.h>

namespace weft::net {

bool same_header_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

const std::string* find_header(const HttpHeaders& headers, std::string_view name) {
    for (const auto& header : headers)
        if (same_header_name(header.name, name)) return &header.value;
    return nullptr;
}

}  // namespace weft::net
