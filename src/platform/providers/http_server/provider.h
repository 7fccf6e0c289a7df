#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/net/http_server.h"
#include "platform/capability/provider.h"
#include "platform/providers/http_server/config.h"
#include "platform/providers/http_server/handler.h"

namespace weft::providers::http_server {

/// The built-in provider of `wasi:http/incoming-handler`: listens on every shard and calls the
/// linked components. Links of all applications that name one port share its listener, which is
/// open as long as there is such a link; a change of routes is one swap on each shard.
class Provider final : public capability::Provider {
  public:
    /// Interfaces that its links may name.
    static constexpr std::array<std::string_view, 2> interfaces{"wasi:http/incoming-handler",
                                                                "wasi:http/handler"};
    /// For the requests under way on an address that no link names any more.
    static constexpr Duration close_wait = std::chrono::seconds(10);

    /// Faults: those of `read_provider_config` and `read_link_config`, already_exists
    /// (`http_server.route_taken`, `http_server.address_overlaps`).
    static std::vector<capability::LinkFault> check(const std::vector<capability::Link>& links);

    explicit Provider(capability::ProviderContext context, net::HttpLimits limits = {});

    /// Errors: those that `check` finds, unavailable (an address cannot be had).
    rt::Task<void> change_links(capability::LinkChange change) override;
    rt::Task<void> stop_accepting() override;
    rt::Task<void> drain() override;
    rt::Task<void> stop() override;
    std::vector<std::string> addresses() const override;

  private:
    /// One address on one shard.
    struct Site {
        std::unique_ptr<Handler> handler;
        std::unique_ptr<net::HttpServer> server;
        bool serves = false;  ///< Else it only listens.
    };
    /// One address on all shards. Shared by the tasks that still use it when it is closed.
    struct Listener {
        net::Address address;  ///< With the port that the kernel chose.
        std::vector<Site> sites;
    };
    using ListenerPtr = std::shared_ptr<Listener>;
    using RoutesPtr = std::shared_ptr<const Routes>;
    using Proxies = std::vector<net::AddressRange>;
    struct Planned {
        net::Address address;
        Routes routes;
        Proxies proxies;         ///< Of all links.
        std::size_t first_link;  ///< The one that asked for it first.
    };
    using Plan = std::map<std::string, Planned>;
    using Faults = std::vector<capability::LinkFault>;
    using Links = std::map<capability::LinkKey, capability::Link>;

    static Plan plan(const std::vector<capability::Link>& links, Faults& faults);
    rt::Task<ListenerPtr> open(net::Address address);
    rt::Task<net::Address> open_site(capability::HostShard shard, Site* site, net::Address address,
                                     net::HttpServer::Options options);
    static rt::Task<void> set_routes(Site* site, RoutesPtr routes, Proxies proxies);
    rt::Task<void> close(ListenerPtr listener);
    static rt::Task<void> stop_site(Site* site);
    template <typename Make>
    rt::Task<void> on_each_site(ListenerPtr listener, Make make);

    capability::ProviderContext context_;
    net::HttpLimits limits_;
    Links links_;
    std::map<std::string, ListenerPtr> listeners_;  // By what links say of their address.
    std::vector<ListenerPtr> unused_;               // Until their requests under way have ended.
    rt::Scope closing_;
};

}  // namespace weft::providers::http_server
