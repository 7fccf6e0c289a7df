#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/rt/executor.h"
#include "platform/capability/invoke.h"
#include "platform/host/component.h"
#include "platform/host/concurrency_limiter.h"
#include "platform/host/guest_log.h"
#include "platform/host/pool.h"

namespace weft::host {

/// The components of one host as one shard serves them: finds the code, admits the call, runs it in
/// an instance of the component's pool, and says in the log what went wrong. A component's limits
/// are divided evenly between the shards, so that admitting needs no lock. Shard-local.
class ShardHost final : public capability::Invoker {
  public:
    struct Options {
        unsigned shards = 1;  ///< How many share the limits.
    };

    /// `executor` and `logging` outlive this.
    ShardHost(rt::Executor* executor, Options options, const GuestLogShared* logging)
        : executor_(executor), options_(options), logging_(logging) {}

    /// Serves `spec` from now on, in place of what had its id. Calls under way keep what they
    /// started with.
    void put(ComponentSpec spec);
    /// New calls are refused (not_found); calls under way go on.
    void remove(const capability::ComponentId& id);
    /// Ends every instance at once and serves nothing any more. On its executor, before that stops.
    void stop();

    rt::Task<net::HttpResponse> handle_http(rt::CallCtx ctx, capability::ComponentId target,
                                            net::HttpRequest request) override;

    /// Calls under way and waiting, all components together.
    std::size_t calls() const;
    /// Instances alive, all components together.
    std::size_t instances() const;

  private:
    struct Entry {
        ComponentSpec spec;
        std::shared_ptr<ConcurrencyLimiter> limiter;
        std::unique_ptr<Pool> pool;
    };

    Result<net::HttpResponse> finish(const Entry& entry, std::uint64_t trace_id,
                                     ConcurrencyLimiter::Permit permit,
                                     Result<net::HttpResponse> response);

    rt::Executor* executor_;
    Options options_;
    const GuestLogShared* logging_;
    std::map<capability::ComponentId, std::shared_ptr<const Entry>> entries_;
};

}  // namespace weft::host
