#include "platform/providers/http_server/provider.h"

#include <utility>

#include "io/net/tcp.h"

namespace weft::providers::http_server {

Result<std::map<std::string, std::pair<net::Address, Routes>>> Provider::plan(
    const std::vector<capability::Link>& links) const {
    std::map<std::string, std::pair<net::Address, Routes>> plan;
    for (const auto& link : links) {
        TRY(const auto config,
            read_link_config(config_, link.source_config).context("link to '{}'", link.target));
        auto& [address, routes] = plan[config.address.text()];
        address = config.address;
        CHECK(routes.add({.host = config.host, .path = config.path, .target = link.target})
                  .context("link to '{}' on {}", link.target, config.address.text()));
    }
    return plan;
}

rt::Task<void> Provider::start(std::vector<capability::Link> links) {
    CO_TRY(auto planned, plan(links));
    Result<void> opened = ok();
    for (auto& [text, entry] : planned) {
        opened =
            co_await open(entry.first, std::make_shared<const Routes>(std::move(entry.second)));
        if (!opened) break;
    }
    if (!opened) {
        CO_CHECK(co_await stop());
        co_return opened;
    }
    for (auto& site : sites_) {
        Site* const one = site.get();
        CO_CHECK(
            co_await rt::run_in(one->use.scope, one->use.shard, [one] { return start_site(one); }));
    }
    co_return ok();
}

rt::Task<void> Provider::open(net::Address address, std::shared_ptr<const Routes> routes) {
    if (address.port != 0) CO_CHECK(net::check_port_free(address));
    for (std::size_t index = 0; index < shards_.size(); ++index) {
        sites_.push_back(std::make_unique<Site>(Site{shards_[index], nullptr, nullptr}));
        Site* const site = sites_.back().get();
        CO_TRY(address, co_await rt::run_in(site->use.scope, site->use.shard,
                                            [site, address, routes, limits = limits_] {
                                                return open_site(site, address, limits, routes);
                                            }));
        if (index == 0) addresses_.push_back(address);
    }
    co_return ok();
}

rt::Task<net::Address> Provider::open_site(Site* site, net::Address address, net::HttpLimits limits,
                                           std::shared_ptr<const Routes> routes) {
    site->handler = std::make_unique<Handler>(site->use.invoker);
    site->handler->set_routes(std::move(routes));
    CO_TRY(site->server,
           net::HttpServer::listen(site->use.shard, address, site->handler.get(), limits));
    co_return site->server->address();
}

rt::Task<void> Provider::start_site(Site* site) {
    site->server->start();
    co_return ok();
}

rt::Task<void> Provider::stop_accepting_site(Site* site) {
    if (site->server) CO_CHECK(co_await site->server->stop_accepting());
    co_return ok();
}

rt::Task<void> Provider::drain_site(Site* site) {
    if (site->server) CO_CHECK(co_await site->server->drain());
    co_return ok();
}

rt::Task<void> Provider::close_site(Site* site) {
    if (site->server) CO_CHECK(co_await site->server->stop());
    site->server.reset();
    site->handler.reset();
    co_return ok();
}

rt::Task<void> Provider::stop_accepting() {
    for (auto& site : sites_) {
        Site* const one = site.get();
        CO_CHECK(co_await rt::run_in(one->use.scope, one->use.shard,
                                     [one] { return stop_accepting_site(one); }));
    }
    co_return ok();
}

rt::Task<void> Provider::drain() {
    CO_CHECK(
        co_await stop_accepting());  // Everywhere, before the wait for the first shard's requests.
    for (auto& site : sites_) {
        Site* const one = site.get();
        CO_CHECK(
            co_await rt::run_in(one->use.scope, one->use.shard, [one] { return drain_site(one); }));
    }
    co_return ok();
}

rt::Task<void> Provider::stop() {
    for (auto& site : sites_) {
        Site* const one = site.get();
        CO_CHECK(
            co_await rt::run_in(one->use.scope, one->use.shard, [one] { return close_site(one); }));
    }
    sites_.clear();
    addresses_.clear();
    co_return ok();
}

}  // namespace weft::providers::http_server
