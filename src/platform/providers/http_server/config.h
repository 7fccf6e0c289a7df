#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "io/net/address.h"
#include "io/net/address_range.h"
#include "platform/capability/link.h"

namespace weft::providers::http_server {

/// How requests find their component. Source: configuration of wasmCloud's http-server 0.28.
enum class Routing { address, path, host };

/// Settings of the provider itself.
struct ProviderConfig {
    Routing routing = Routing::address;
    net::Address default_address{.host = "127.0.0.1", .port = 8000};
    std::vector<net::AddressRange> proxies = {};  ///< Whose connections are those of many clients.
};

/// Settings of one link's source end. What a mode does not use is empty.
struct LinkConfig {
    net::Address address;
    std::string path;  ///< Prefix in whole segments: "/api" takes "/api" and "/api/x", not "/apix".
                       ///< "/" takes all.
    std::string host;  ///< Lower case, without port; empty takes all.
    std::uint64_t body_bytes_max =
        std::numeric_limits<std::uint64_t>::max();  ///< Content of one request.
};

/// Told of each setting that is wrong or missing.
using OnFault = std::function<void(std::string_view setting, Error error)>;

/// Reads `routing_mode` (address, path or host), `default_address` (127.0.0.1:8000, where
/// upstream's is reachable from everywhere) and `trusted_proxies` (addresses and ranges). Names of
/// settings have no case; the manifest's reader tells of those that are not known. Faults:
/// invalid_argument; those of `manifest::check_setting`.
ProviderConfig read_provider_config(const capability::Config& config, const OnFault& on_fault);

/// Reads `address`, `path`, `host` and `body_max`, in the same way.
LinkConfig read_link_config(const ProviderConfig& provider, const capability::Config& config,
                            const OnFault& on_fault);

}  // namespace weft::providers::http_server
