#pragma once

#include <memory>

#include "base/obs/limited_log.h"
#include "io/net/http_server.h"
#include "platform/capability/invoke.h"
#include "platform/providers/http_server/routes.h"

namespace weft::providers::http_server {

/// Answers the requests of one address on one shard: finds the route, calls the component, turns
/// errors into responses.
class Handler final : public net::HttpHandler {
  public:
    /// `invoker` and its executor are the shard's own and outlive this, as `failures` does.
    Handler(capability::Invoker* invoker, const rt::Executor* executor, obs::LimitedLog* failures)
        : invoker_(invoker), executor_(executor), failures_(failures) {}

    /// Requests that begin from now on use `routes`.
    void set_routes(std::shared_ptr<const Routes> routes) { routes_ = std::move(routes); }

    std::uint64_t body_bytes_max(const net::HttpRequest& request) const override;
    rt::Task<net::HttpResponse> handle(rt::CallCtx ctx, net::HttpRequest request) override;
    net::HttpResponse refuse(const rt::CallCtx& ctx, const Error& error) override;
    void note_broken(const rt::CallCtx& ctx, const Error& error) override;

  private:
    capability::Invoker* invoker_;
    const rt::Executor* executor_;
    obs::LimitedLog* failures_;
    std::shared_ptr<const Routes> routes_ = std::make_shared<const Routes>();
};

}  // namespace weft::providers::http_server
