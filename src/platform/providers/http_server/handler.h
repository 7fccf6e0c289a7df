#pragma once

#include <memory>

#include "base/obs/log.h"
#include "io/net/http_server.h"
#include "platform/capability/invoke.h"
#include "platform/providers/http_server/routes.h"

namespace weft::providers::http_server {

/// Answers the requests of one address on one shard: finds the route, calls the component, turns
/// errors into responses.
class Handler final : public net::HttpHandler {
  public:
    /// `invoker` is the shard's own and outlives this.
    Handler(capability::Invoker* invoker, obs::Log log) : invoker_(invoker), log_(log) {}

    /// Requests that begin from now on use `routes`.
    void set_routes(std::shared_ptr<const Routes> routes) { routes_ = std::move(routes); }

    std::uint64_t body_bytes_max(const net::HttpRequest& request) const override;
    rt::Task<net::HttpResponse> handle(rt::CallCtx ctx, net::HttpRequest request) override;
    net::HttpResponse refuse(const rt::CallCtx& ctx, const Error& error) override;
    void note_broken(const rt::CallCtx& ctx, const Error& error) override;

  private:
    capability::Invoker* invoker_;
    obs::Log log_;
    std::shared_ptr<const Routes> routes_ = std::make_shared<const Routes>();
};

}  // namespace weft::providers::http_server
