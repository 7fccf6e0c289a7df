#include "platform/providers/http_server/routes.h"

#include <algorithm>

#include "io/net/http_message.h"

namespace weft::providers::http_server {
namespace {

std::string_view without_port(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.rfind(':'));
}

bool is_under(std::string_view path, std::string_view prefix) {
    if (prefix == "/") return true;
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

const Routes::Route* Routes::add(Route route) {
    const auto same = std::ranges::find_if(routes_, [&](const Route& other) {
        return other.host == route.host && other.path == route.path;
    });
    if (same != routes_.end()) return &*same;
    const auto better = [](const Route& a, const Route& b) {
        if (a.host.empty() != b.host.empty()) return b.host.empty();
        return a.path.size() > b.path.size();
    };
    routes_.insert(std::ranges::upper_bound(routes_, route, better), std::move(route));
    return nullptr;
}

const Routes::Route* Routes::find(std::string_view authority,
                                  std::string_view path_and_query) const {
    const auto path = path_and_query.substr(0, path_and_query.find('?'));
    const auto host = without_port(authority);
    for (const auto& route : routes_)
        if ((route.host.empty() || net::same_header_name(route.host, host)) &&
            is_under(path, route.path))
            return &route;
    return nullptr;
}

}  // namespace weft::providers::http_server
