#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/core/random.h"
#include "base/core/time.h"
#include "base/obs/limited_log.h"
#include "base/obs/rate_limiter.h"
#include "base/obs/registry.h"
#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "base/rt/worker_pool.h"
#include "entry/app/order.h"
#include "io/engine/engine.h"
#include "io/net/connection_budget.h"
#include "platform/control/service.h"
#include "platform/host/shard_host.h"

namespace weft::app {

/// A host in one process: its shards, what serves on each of them, and the control service. Built
/// by hand, in order; ended in the reverse order. The thread that calls `run` becomes shard 0 and
/// controls the rest.
class Process {
  public:
    struct Options {
        unsigned shards = 1;
        std::size_t connections_max = 10'000;            ///< Of clients, on all addresses together.
        Duration drain_wait = std::chrono::seconds(10);  ///< For requests under way when it ends.
        std::span<const capability::ProviderKind> providers;
        std::string data_directory{};  ///< Where providers keep files; empty: nowhere.
    };
    /// What it uses; all of it outlives the process.
    struct Parts {
        engine::Engine* engine;
        obs::Log log;
        obs::Registry* registry;
        const WallClock* clock;
        Random* random;
    };
    /// Told once everything serves, with the addresses; an error ends the process in order.
    using OnServing = std::function<Result<void>(const std::vector<std::string>&)>;

    Process(Options options, const Parts& parts);
    ~Process();

    /// Has `order` deployed, serves until `stop_fd` gets readable (a signalfd), drains, stops.
    /// Errors: those of `control::Service::deploy`, cancelled (`app.start_interrupted`: `stop_fd`
    /// got readable before it served); then nothing is left running.
    Result<void> run(Order order, int stop_fd, const OnServing& on_serving);

    /// For orders while it runs: used on `control`.
    control::Service& service() { return service_; }
    rt::ShardRef control() { return slots_.front().ref(); }

  private:
    struct ShardSlot {
        rt::Shard* shard = nullptr;
        std::unique_ptr<rt::Scope> scope;
        std::unique_ptr<host::ShardHost> host;

        rt::ShardRef ref() const { return {shard, scope.get()}; }
    };

    std::vector<ShardSlot> make_slots();
    control::Service::Parts service_parts(const Parts& parts);
    rt::Task<void> live(Order order, int stop_fd, const OnServing* on_serving);
    rt::Task<void> serve(Order order, int stop_fd, const OnServing* on_serving);
    rt::Task<void> start(Order order, int stop_fd);
    rt::Task<void> drain(int stop_fd);
    rt::Task<void> stop_everything();
    rt::Task<void> tell_dropped();
    void tell_dropped_now(TimePoint now);

    Options options_;
    engine::Engine* engine_;
    obs::Log log_;
    obs::LimitedLog failures_;
    obs::RateLimiter guest_log_rate_;
    host::GuestLogShared guest_log_;
    net::ConnectionBudget connections_;
    rt::Shard control_shard_{0};
    std::vector<std::unique_ptr<rt::ShardThread>> threads_;
    std::vector<ShardSlot> slots_;  // One for each shard; the first is the control shard's.
    rt::ThreadPool workers_;
    control::Service service_;
    rt::Scope scope_{&control_shard_};
    Result<void> outcome_ = ok();
};

}  // namespace weft::app
