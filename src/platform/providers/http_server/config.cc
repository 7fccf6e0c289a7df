#include "platform/providers/http_server/config.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "base/codec/units.h"
#include "platform/manifest/settings.h"

namespace weft::providers::http_server {
namespace {

using manifest::SettingOwner;

/// A setting that is there and not empty.
const std::string* find(const capability::Config& config, std::string_view name) {
    for (const auto& [key, value] : config)
        if (!value.empty() && manifest::same_setting(key, name)) return &value;
    return nullptr;
}

/// The manifest's reader does so too; not every link comes from a manifest.
void check_settings(const capability::Config& config, SettingOwner owner, const OnFault& on_fault) {
    for (const auto& [key, value] : config)
        if (auto checked = manifest::check_setting("http-server", owner, key, value); !checked)
            on_fault(key, std::move(checked).error());
}

/// The value of a setting as `parse` reads it, or `otherwise`.
template <typename T>
T parsed(const capability::Config& config, std::string_view name, T otherwise,
         Result<T> (*parse)(std::string_view), const OnFault& on_fault) {
    const auto* const text = find(config, name);
    if (text == nullptr) return otherwise;
    auto value = parse(*text).context("{} of the http-server", name);
    if (value) return std::move(*value);
    on_fault(name, std::move(value).error());
    return otherwise;
}

Result<Routing> parse_routing(std::string_view text) {
    if (text == "address") return Routing::address;
    if (text == "path") return Routing::path;
    if (text == "host") return Routing::host;
    return fail(Errc::invalid_argument, "http_server.routing_unknown",
                "'{}' is unknown; choose address, path or host", text);
}

Result<std::string> parse_path(std::string_view text) {
    if (!text.starts_with('/'))
        return fail(Errc::invalid_argument, "http_server.path_invalid", "'{}' must begin with '/'",
                    text);
    while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
    return std::string(text);
}

Result<std::string> parse_host(std::string_view text) {
    std::string host(text);
    std::ranges::transform(host, host.begin(), [](unsigned char c) { return std::tolower(c); });
    return host;
}

/// Addresses and ranges, with commas or blanks between them.
Result<std::vector<net::AddressRange>> parse_proxies(std::string_view text) {
    constexpr std::string_view between = ", \t\n";
    std::vector<net::AddressRange> proxies;
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(between), text.size()));
        if (text.empty()) return proxies;
        const auto one = text.substr(0, text.find_first_of(between));
        text.remove_prefix(one.size());
        TRY(const auto range, net::parse_address_range(one));
        if (range.port != 0)
            return fail(Errc::invalid_argument, "http_server.proxy_port",
                        "'{}' has a port; a proxy connects from any", one);
        proxies.push_back(range);
    }
}

}  // namespace

ProviderConfig read_provider_config(const capability::Config& config, const OnFault& on_fault) {
    check_settings(config, SettingOwner::provider, on_fault);
    const ProviderConfig usual;
    return {.routing = parsed(config, "routing_mode", usual.routing, parse_routing, on_fault),
            .default_address = parsed(config, "default_address", usual.default_address,
                                      net::parse_address, on_fault),
            .proxies = parsed<std::vector<net::AddressRange>>(config, "trusted_proxies", {},
                                                              parse_proxies, on_fault)};
}

LinkConfig read_link_config(const ProviderConfig& provider, const capability::Config& config,
                            const OnFault& on_fault) {
    check_settings(config, SettingOwner::link_source, on_fault);
    if (provider.routing == Routing::path && find(config, "path") == nullptr)
        on_fault("path", {Errc::invalid_argument, "http_server.path_missing",
                          "routing by path needs the setting 'path' in the link's source "
                          "configuration"});
    if (provider.routing == Routing::host && find(config, "host") == nullptr)
        on_fault("host", {Errc::invalid_argument, "http_server.host_missing",
                          "routing by host needs the setting 'host' in the link's source "
                          "configuration"});
    return {.address =
                parsed(config, "address", provider.default_address, net::parse_address, on_fault),
            .path = parsed<std::string>(config, "path", "/", parse_path, on_fault),
            .host = parsed<std::string>(config, "host", "", parse_host, on_fault),
            .body_bytes_max = parsed(config, "body_max", LinkConfig().body_bytes_max,
                                     codec::parse_size, on_fault)};
}

}  // namespace weft::providers::http_server
