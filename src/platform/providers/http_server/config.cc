#include "platform/providers/http_server/config.h"

#include <algorithm>
#include <cctype>
#include <string_view>

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
Result<void> refuse_settings(const capability::Config& config, SettingOwner owner) {
    const auto* const refused = manifest::find_refused("http-server", owner, config);
    if (refused == nullptr) return ok();
    return fail(Errc::unsupported, "http_server.setting_unsupported",
                "the setting '{}' of the http-server is not supported; take it out of the link",
                refused->name);
}

/// Addresses and ranges, with commas or blanks between them.
Result<std::vector<net::AddressRange>> read_proxies(std::string_view text) {
    constexpr std::string_view between = ", \t\n";
    std::vector<net::AddressRange> proxies;
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(between), text.size()));
        if (text.empty()) return proxies;
        const auto one = text.substr(0, text.find_first_of(between));
        text.remove_prefix(one.size());
        TRY(const auto range, net::parse_address_range(one).context("trusted_proxies"));
        if (range.port != 0)
            return fail(Errc::invalid_argument, "http_server.proxy_port",
                        "'{}' in trusted_proxies has a port; a proxy connects from any", one);
        proxies.push_back(range);
    }
}

}  // namespace

Result<ProviderConfig> read_provider_config(const capability::Config& config) {
    CHECK(refuse_settings(config, SettingOwner::provider));
    ProviderConfig result;
    if (const auto* mode = find(config, "routing_mode")) {
        if (*mode == "address")
            result.routing = Routing::address;
        else if (*mode == "path")
            result.routing = Routing::path;
        else if (*mode == "host")
            result.routing = Routing::host;
        else
            return fail(Errc::invalid_argument, "http_server.routing_unknown",
                        "routing_mode '{}' is unknown; choose address, path or host", *mode);
    }
    if (const auto* address = find(config, "default_address")) {
        TRY(result.default_address,
            net::parse_address(*address).context("default_address of the http-server"));
    }
    if (const auto* proxies = find(config, "trusted_proxies")) {
        TRY(result.proxies, read_proxies(*proxies));
    }
    return result;
}

Result<LinkConfig> read_link_config(const ProviderConfig& provider,
                                    const capability::Config& config) {
    CHECK(refuse_settings(config, SettingOwner::link_source));
    LinkConfig result{.address = provider.default_address, .path = {}, .host = {}};
    if (const auto* address = find(config, "address")) {
        TRY(result.address, net::parse_address(*address).context("address of the link"));
    }
    result.path = "/";
    if (const auto* path = find(config, "path")) {
        if (path->front() != '/')
            return fail(Errc::invalid_argument, "http_server.path_invalid",
                        "path '{}' must begin with '/'", *path);
        result.path = *path;
        while (result.path.size() > 1 && result.path.back() == '/') result.path.pop_back();
    } else if (provider.routing == Routing::path) {
        return fail(Errc::invalid_argument, "http_server.path_missing",
                    "routing by path needs the setting 'path' in the link's source configuration");
    }
    if (const auto* host = find(config, "host")) {
        result.host = *host;
        std::ranges::transform(result.host, result.host.begin(),
                               [](unsigned char c) { return std::tolower(c); });
    } else if (provider.routing == Routing::host) {
        return fail(Errc::invalid_argument, "http_server.host_missing",
                    "routing by host needs the setting 'host' in the link's source configuration");
    }
    return result;
}

}  // namespace weft::providers::http_server
