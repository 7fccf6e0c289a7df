#pragma once

#include <string>

#include "base/core/result.h"
#include "io/net/address.h"
#include "platform/capability/link.h"

namespace weft::providers::http_server {

/// How requests find their component. Source: configuration of wasmCloud's http-server 0.28.
enum class Routing { address, path, host };

/// Settings of the provider itself.
struct ProviderConfig {
    Routing routing = Routing::address;
    net::Address default_address{.host = "0.0.0.0", .port = 8000};
};

/// Settings of one link's source end. What a mode does not use is empty.
struct LinkConfig {
    net::Address address;
    std::string path;  ///< Prefix in whole segments: "/api" takes "/api" and "/api/x", not "/apix".
                       ///< "/" takes all.
    std::string host;  ///< Lower case, without port; empty takes all.
};

/// Reads `routing_mode` (address, path or host) and `default_address`. Unknown keys are ignored, as
/// upstream does. Errors: invalid_argument.
Result<ProviderConfig> read_provider_config(const capability::Config& config);

/// Reads `address`, `path` and `host`. Errors: invalid_argument; unsupported for a set
/// `cors_allowed_*`, `readonly_mode` or `cache_control`, which must not be ignored without a word.
Result<LinkConfig> read_link_config(const ProviderConfig& provider,
                                    const capability::Config& config);

}  // namespace weft::providers::http_server
