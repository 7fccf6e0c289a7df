#include "platform/providers/http_server/provider.h"

#include <utility>

#include "base/rt/time.h"
#include "io/net/tcp.h"

namespace weft::providers::http_server {
namespace {

/// Keeps `owner` as long as the task runs.
template <typename Owner>
rt::Task<void> with([[maybe_unused]] Owner owner, rt::Task<void> task) {
    co_return co_await std::move(task);
}

/// Links with one address share a listener. Port 0 asks for a port of their own, which the links of
/// one provider of a manifest share.
std::string listener_key(const net::Address& address, const capability::Link& link) {
    return address.port != 0 ? address.text() : address.text() + " " + link.source;
}

/// Whether the kernel lets only one of them be listened on.
bool overlap(const net::Address& a, const net::Address& b) {
    const auto takes_all_of = [](const net::Address& all, const net::Address& one) {
        return all.host == "::" ||
               (all.host == "0.0.0.0" && one.host.find(':') == std::string::npos);
    };
    return a.port != 0 && a.port == b.port && (takes_all_of(a, b) || takes_all_of(b, a));
}

struct Asked {
    const capability::Link& link;
    const net::Address& address;
};

Error overlap_error(const Asked& asked, const Asked& other) {
    return fail(Errc::already_exists, "http_server.address_overlaps",
                "provider '{}' listens on {} and provider '{}' on {}, which only one of them can; "
                "write the same address for both, or another port",
                other.link.source, other.address.text(), asked.link.source, asked.address.text())
        .error();
}

Error taken_error(const Asked& asked, const Routes::Route& route, const capability::Link& other) {
    return fail(Errc::already_exists, "http_server.route_taken",
                "provider '{}' leads {} with host '{}' and path '{}' to '{}', provider '{}' leads "
                "it to '{}' too; give one of them another path, host or address",
                other.source, asked.address.text(), route.host.empty() ? "*" : route.host,
                route.path, route.target, asked.link.source, asked.link.target)
        .error();
}

}  // namespace

Provider::Provider(capability::ProviderContext context, net::HttpLimits limits)
    : context_(std::move(context)),
      limits_(limits),
      closing_(context_.shards.front().ref.executor) {
    // Each shard has its part of what one client may have.
    const auto shards = context_.shards.size();
    limits_.connections_per_client_max = (limits_.connections_per_client_max + shards - 1) / shards;
}

Provider::Plan Provider::plan(const std::vector<capability::Link>& links, Faults& faults) {
    Plan plan;
    for (std::size_t at = 0; at < links.size(); ++at) {
        const auto& link = links[at];
        const auto faults_before = faults.size();
        const OnFault on_fault = [&](std::string_view setting, Error error) {
            faults.push_back({at, std::nullopt, std::string(setting), std::move(error)});
        };
        const auto provider = read_provider_config(link.provider_config, on_fault);
        const auto config = read_link_config(provider, link.source_config, on_fault);
        if (faults.size() > faults_before) continue;
        const auto [entry, is_new] = plan.try_emplace(listener_key(config.address, link),
                                                      Planned{config.address, {}, {}, at});
        auto& proxies = entry->second.proxies;
        proxies.insert(proxies.end(), provider.proxies.begin(), provider.proxies.end());
        for (const auto& [key, other] : plan)
            if (is_new && other.first_link != at && overlap(config.address, other.address))
                faults.push_back({at, other.first_link, "address",
                                  overlap_error({link, config.address},
                                                {links[other.first_link], other.address})});
        const auto* const same = entry->second.routes.add({.host = config.host,
                                                           .path = config.path,
                                                           .target = link.target,
                                                           .body_bytes_max = config.body_bytes_max,
                                                           .link = at});
        if (same != nullptr)
            faults.push_back({at, same->link, "address",
                              taken_error({link, config.address}, *same, links[same->link])});
    }
    return plan;
}

std::vector<capability::LinkFault> Provider::check(const std::vector<capability::Link>& links) {
    Faults faults;
    plan(links, faults);
    return faults;
}

rt::Task<void> Provider::change_links(capability::LinkChange change) {
    auto links = links_;
    for (const auto& key : change.taken) links.erase(key);
    for (auto& link : change.put) links.insert_or_assign(link.key(), std::move(link));
    std::vector<capability::Link> all;
    for (const auto& [key, link] : links) all.push_back(link);
    Faults faults;
    auto planned = plan(all, faults);
    if (!faults.empty()) co_return Failure(std::move(faults.front().error));

    // All that may fail comes first: the addresses that are new.
    std::map<std::string, ListenerPtr> opened;
    Result<void> result = ok();
    for (const auto& [text, entry] : planned) {
        if (listeners_.contains(text)) continue;
        Result<ListenerPtr> listener = co_await open(entry.address);
        if (!listener) {
            result = Failure(std::move(listener).error());
            break;
        }
        opened.emplace(text, std::move(*listener));
    }
    if (!result) {
        for (auto& [text, listener] : opened) CO_CHECK(co_await close(listener));
        co_return result;
    }

    links_ = std::move(links);
    listeners_.merge(opened);
    std::vector<ListenerPtr> unused;
    for (auto listener = listeners_.begin(); listener != listeners_.end();) {
        if (planned.contains(listener->first)) {
            ++listener;
            continue;
        }
        unused.push_back(std::move(listener->second));
        listener = listeners_.erase(listener);
    }
    for (auto& [text, entry] : planned) {
        const auto routes = std::make_shared<const Routes>(std::move(entry.routes));
        CO_CHECK(co_await on_each_site(listeners_.at(text),
                                       [routes, proxies = entry.proxies](Site* site) {
                                           return set_routes(site, routes, proxies);
                                       }));
    }
    for (auto& listener : unused) {
        context_.log.info("http.address_closed", obs::kv("address", listener->address.text()));
        CO_CHECK(co_await on_each_site(listener,
                                       [](Site* site) { return site->server->stop_accepting(); }));
        CO_CHECK(closing_.spawn(close(std::move(listener))));
    }
    co_return ok();
}

rt::Task<void> Provider::set_routes(Site* site, RoutesPtr routes, Proxies proxies) {
    site->handler->set_routes(std::move(routes));
    site->server->set_proxies(std::move(proxies));
    if (!std::exchange(site->serves, true)) site->server->start();
    co_return ok();
}

rt::Task<Provider::ListenerPtr> Provider::open(net::Address address) {
    if (address.port != 0) CO_CHECK(net::check_port_free(address));
    const net::HttpServer::Options options{.clock = context_.clock,
                                           .random = context_.random,
                                           .connections = context_.connections,
                                           .limits = limits_};
    auto listener = std::make_shared<Listener>();
    listener->sites.resize(context_.shards.size());
    Result<void> result = ok();
    // One after the other: the first shard may let the kernel choose the port.
    for (std::size_t at = 0; at < context_.shards.size() && result; ++at) {
        const auto shard = context_.shards[at];
        Site* const site = &listener->sites[at];
        Result<net::Address> opened = co_await rt::run_in(
            shard.ref.scope, shard.ref.executor, [this, shard, site, address, options] {
                return open_site(shard, site, address, options);
            });
        if (opened)
            address = *opened;
        else
            result = Failure(std::move(opened).error());
    }
    if (!result) {
        CO_CHECK(co_await close(listener));
        co_return Failure(std::move(result).error());
    }
    listener->address = address;
    context_.log.info("http.address_opened", obs::kv("address", address.text()));
    co_return listener;
}

rt::Task<net::Address> Provider::open_site(capability::HostShard shard, Site* site,
                                           net::Address address, net::HttpServer::Options options) {
    site->handler = std::make_unique<Handler>(shard.invoker, shard.ref.executor, context_.failures);
    options.executor = shard.ref.executor;
    options.handler = site->handler.get();
    CO_TRY(site->server, net::HttpServer::listen(options, address));
    co_return site->server->address();
}

/// Waits for the requests under way, then closes what is left. A wait that is cancelled leaves the
/// listener to `stop`.
rt::Task<void> Provider::close(ListenerPtr listener) {
    unused_.push_back(listener);
    const auto due = context_.shards.front().ref.executor->now() + close_wait;
    auto drained = on_each_site(listener, [](Site* site) { return site->server->drain(); });
    Result<std::size_t> waited = co_await rt::race(std::move(drained), rt::sleep_until(due));
    if (!waited && waited.error().code == Errc::cancelled) co_return Failure(waited.error());
    // Each listener is stopped once: what has begun on other shards goes on when this is cancelled.
    std::erase(unused_, listener);
    CO_CHECK(co_await on_each_site(listener, [](Site* site) { return stop_site(site); }));
    co_return ok();
}

rt::Task<void> Provider::stop_site(Site* site) {
    CO_CHECK(co_await site->server->stop());
    site->server.reset();
    site->handler.reset();
    co_return ok();
}

/// Runs `make(site)`'s task on the shard of each site that is open, at the same time.
template <typename Make>
rt::Task<void> Provider::on_each_site(ListenerPtr listener, Make make) {
    std::vector<rt::ShardRef> shards;
    std::vector<Site*> sites;
    for (std::size_t at = 0; at < listener->sites.size(); ++at)
        if (listener->sites[at].server) {
            shards.push_back(context_.shards[at].ref);
            sites.push_back(&listener->sites[at]);
        }
    // The listener goes along: a task on another shard may outlive this wait.
    Result<void> result = co_await rt::on_each_shard(
        std::move(shards), [listener, sites = std::move(sites), make](std::size_t at) {
            return with(listener, make(sites[at]));
        });
    co_return result;
}

rt::Task<void> Provider::stop_accepting() {
    for (const auto& [text, listener] : std::map(listeners_))  // A change may go on meanwhile.
        CO_CHECK(co_await on_each_site(listener,
                                       [](Site* site) { return site->server->stop_accepting(); }));
    co_return ok();
}

rt::Task<void> Provider::drain() {
    CO_CHECK(co_await stop_accepting());  // Everywhere, before the wait for the first requests.
    auto all = unused_;
    for (const auto& [text, listener] : listeners_) all.push_back(listener);
    for (const auto& listener : all)
        CO_CHECK(co_await on_each_site(listener, [](Site* site) { return site->server->drain(); }));
    co_return ok();
}

rt::Task<void> Provider::stop() {
    co_await closing_.close();
    auto all = std::exchange(unused_, {});
    for (auto& [text, listener] : std::exchange(listeners_, {})) all.push_back(listener);
    for (const auto& listener : all)
        CO_CHECK(co_await on_each_site(listener, [](Site* site) { return stop_site(site); }));
    links_.clear();
    co_return ok();
}

std::vector<std::string> Provider::addresses() const {
    std::vector<std::string> all;
    all.reserve(listeners_.size());
    for (const auto& [text, listener] : listeners_) all.push_back(listener->address.text());
    return all;
}

}  // namespace weft::providers::http_server
