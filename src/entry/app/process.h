#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/obs/rate_limiter.h"
#include "base/obs/registry.h"
#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "base/rt/worker_pool.h"
#include "entry/app/load.h"
#include "io/engine/engine.h"
#include "platform/host/shard_host.h"
#include "platform/providers/http_server/provider.h"

namespace weft::app {

/// A host in one process: its shards, the components on each of them and the providers. Built by
/// hand, in order; ended in the reverse order. The thread that calls `run` becomes shard 0 and
/// controls the rest.
class Process {
  public:
    struct Options {
        unsigned shards = 1;
        Duration drain_wait = std::chrono::seconds(10);  ///< For requests under way when it ends.
        net::HttpLimits http;
    };
    /// Told once everything serves, with the addresses; an error ends the process in order.
    using OnServing = std::function<Result<void>(const std::vector<net::Address>&)>;

    /// `engine`, `log` and `registry` outlive it.
    Process(Options options, engine::Engine* engine, const obs::Log& log, obs::Registry* registry);
    ~Process();

    /// Compiles and starts all of `load`, serves until `stop_fd` gets readable (a signalfd),
    /// drains, stops. Errors: the first of what could not be started, or cancelled
    /// (`app.start_interrupted`: `stop_fd` got readable before it served); then nothing is left
    /// running.
    Result<void> run(Load load, int stop_fd, const OnServing& on_serving);

  private:
    struct ShardSlot {
        rt::Shard* shard = nullptr;
        std::unique_ptr<rt::Scope> scope;
        std::unique_ptr<host::ShardHost> host;
    };

    rt::Task<void> control(Load load, int stop_fd, const OnServing* on_serving);
    rt::Task<void> serve(Load load, int stop_fd, const OnServing* on_serving);
    rt::Task<void> start(Load load, int stop_fd);
    rt::Task<void> deploy(Load load);
    rt::Task<void> deploy_into(Load load, Result<void>* outcome, rt::Scope* watching);
    rt::Task<void> give_up_on_signal(int stop_fd, rt::Scope* starting, bool* interrupted);
    rt::Task<std::shared_ptr<const engine::Component>> compile(std::string id,
                                                               std::shared_ptr<Bytes> code);
    rt::Task<void> put_everywhere(host::ComponentSpec spec);
    rt::Task<void> start_http(std::vector<PlannedHttpServer> planned);
    rt::Task<void> drain(int stop_fd);
    rt::Task<void> drain_providers(rt::Scope* waiting);
    rt::Task<void> wait_for_second_signal(int stop_fd, rt::Scope* draining);
    rt::Task<void> drain_timeout(rt::Scope* draining);
    rt::Task<void> stop_everything();

    Options options_;
    engine::Engine* engine_;
    obs::Log log_;
    obs::RateLimiter guest_log_rate_;
    host::GuestLogShared guest_log_;
    rt::Shard control_shard_{0};
    std::vector<std::unique_ptr<rt::ShardThread>> threads_;
    std::vector<ShardSlot> slots_;  // One for each shard; the first is the control shard's.
    rt::WorkerPool workers_;
    std::vector<std::unique_ptr<providers::http_server::Provider>> http_servers_;
    rt::Scope scope_{&control_shard_};
    Result<void> outcome_ = ok();
};

}  // namespace weft::app
