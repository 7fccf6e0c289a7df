#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/rt/cross.h"
#include "base/rt/shard.h"
#include "io/net/http_server.h"
#include "platform/capability/link.h"
#include "platform/providers/http_server/config.h"
#include "platform/providers/http_server/handler.h"

namespace weft::providers::http_server {

/// One shard as the provider uses it; all three belong to app/ and outlive the provider.
struct ShardUse {
    rt::Shard* shard;
    rt::Scope* scope;
    capability::Invoker* invoker;
};

/// The built-in provider of `wasi:http/incoming-handler`: listens on every shard and calls the
/// linked components. Its methods run on the shard that controls the host, one at a time.
class Provider {
  public:
    Provider(ProviderConfig config, net::HttpLimits limits, std::vector<ShardUse> shards)
        : config_(std::move(config)), limits_(limits), shards_(std::move(shards)) {}

    /// Opens the addresses of all `links` and serves them; all or none. Errors: invalid_argument
    /// and unsupported (settings), already_exists (two links want the same route), unavailable (an
    /// address cannot be had).
    rt::Task<void> start(std::vector<capability::Link> links);
    /// Refuses new connections on every shard; requests under way go on.
    rt::Task<void> stop_accepting();
    /// Refuses, and waits for the requests under way.
    rt::Task<void> drain();
    /// Ends all connections.
    rt::Task<void> stop();

    /// Where it listens, with the ports that the kernel chose.
    const std::vector<net::Address>& addresses() const { return addresses_; }

  private:
    /// One address on one shard.
    struct Site {
        ShardUse use;
        std::unique_ptr<Handler> handler;
        std::unique_ptr<net::HttpServer> server;
    };

    Result<std::map<std::string, std::pair<net::Address, Routes>>> plan(
        const std::vector<capability::Link>& links) const;
    rt::Task<void> open(net::Address address, std::shared_ptr<const Routes> routes);
    static rt::Task<net::Address> open_site(Site* site, net::Address address,
                                            net::HttpLimits limits,
                                            std::shared_ptr<const Routes> routes);
    static rt::Task<void> start_site(Site* site);
    static rt::Task<void> stop_accepting_site(Site* site);
    static rt::Task<void> drain_site(Site* site);
    static rt::Task<void> close_site(Site* site);

    ProviderConfig config_;
    net::HttpLimits limits_;
    std::vector<ShardUse> shards_;
    std::vector<std::unique_ptr<Site>> sites_;
    std::vector<net::Address> addresses_;
};

}  // namespace weft::providers::http_server
