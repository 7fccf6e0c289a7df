#pragma once

#include <string>
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
};

/// Reads `trusted_proxies`, `routing_mode` (address, path or host) and `default_address`
/// (127.0.0.1:8000, where upstream's is reachable from everywhere). Names of settings have no case;
/// the manifest's reader tells of those that are not known. Errors: invalid_argument; unsupported
/// for a `header`.
Result<ProviderConfig> read_provider_config(const capability::Config& config);

/// Reads `address`, `path` and `host`. Errors: invalid_argument; unsupported for settings whose
/// absence would make the application less safe than it was meant to be (TLS, CORS, read-only).
Result<LinkConfig> read_link_config(const ProviderConfig& provider,
                                    const capability::Config& config);

}  // namespace weft::providers::http_server
