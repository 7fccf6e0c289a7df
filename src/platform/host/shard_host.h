#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/rt/executor.h"
#include "base/rt/scope.h"
#include "platform/capability/invoke.h"
#include "platform/host/call_log.h"
#include "platform/host/concurrency_limiter.h"
#include "platform/host/guest_log.h"
#include "platform/host/import_dispatch.h"
#include "platform/host/import_table.h"
#include "platform/host/pool.h"
#include "platform/host/settings.h"

namespace weft::host {

/// What the shards of a host share of one component: its calls and its instances, counted.
struct SharedLimits {
    std::shared_ptr<SharedPermits> calls;
    std::shared_ptr<SharedPermits> instances;

    static SharedLimits of(const engine::Limits& limits, engine::HttpKind kind, unsigned shards);
};

/// The components of one host as one shard serves them: finds the code, admits the call, runs it in
/// an instance of the component's pool, and says in the log what went wrong. Shard-local; the
/// limits of a component hold for all shards together.
class ShardHost final : public capability::Invoker {
  public:
    struct Options {
        unsigned shards = 1;  ///< How many share the limits,
        unsigned shard = 0;   ///< and which of them this is.
        /// For the calls of a component that was retired; then they are ended.
        Duration retire_wait = std::chrono::seconds(10);
    };

    /// `executor` and `logging` outlive this.
    ShardHost(rt::Executor* executor, Options options, const GuestLogShared* logging)
        : executor_(executor),
          options_(options),
          logging_(logging),
          retiring_(executor),
          between_(executor) {}

    /// Serves the component from now on, in place of what had its id, which is retired. Calls under
    /// way keep what they started with. `shared` is the same on all shards, and new each time.
    /// `imports` is of this shard; null: it imports nothing.
    void put(host::ComponentSettings settings, std::shared_ptr<const engine::Component> code,
             const SharedLimits& shared, ImportTablePtr imports = nullptr);
    /// Calls of a component that begin from now on go by these links. Nothing when the id is not
    /// served.
    void change_imports(const capability::ComponentId& id, ImportTablePtr imports);
    /// Gives a component other limits; its calls and its pool stay. Its id must be served.
    void change_limits(const capability::ComponentId& id, engine::Limits limits);
    /// Begins no new call of a component. Those under way end or, after `retire_wait`, are ended;
    /// then it is gone and counted, and this returns. Nothing when the id is not served.
    rt::Task<void> retire(capability::ComponentId id);
    /// Ends every instance at once and serves nothing any more.
    rt::Task<void> stop();

    rt::Task<net::HttpResponse> handle_http(rt::CallCtx ctx, capability::ComponentId target,
                                            net::HttpRequest request) override;

    /// Calls between components that may lead to one another.
    static constexpr std::uint32_t depth_max = 32;

    /// A function of a component's exports.
    struct Export {
        std::uint32_t number;  ///< In `engine::Component::describe` of what is served.
        std::string name;      ///< For people.
    };
    /// Calls it; which code is served is looked at before the first wait. The streams of its result
    /// keep the call going until they are destroyed. Errors: those of `engine::Instance::call` and
    /// `handle_http`; exhausted (`host.depth_exceeded`; `host.call_recursive`: there are no places
    /// left except those that callers of this call hold).
    rt::Task<engine::Values> call(rt::CallCtx ctx, capability::ComponentId target, Export function,
                                  engine::Values arguments);
    /// The code of a component that is served, else null.
    std::shared_ptr<const engine::Component> code_of(const capability::ComponentId& id) const;
    rt::Executor* executor() const { return executor_; }
    /// `component.line_logged`: what a guest wrote by `wasi:logging`, within its rate.
    void write_guest_line(const capability::ComponentId& component, const rt::TraceId& call,
                          obs::Level level, std::string_view context, std::string_view message);
    /// `component.import_refused`. As often as a guest tries; `call` is zero where it is not known.
    void note_refused_import(const capability::ComponentId& component, std::string_view interface,
                             const rt::TraceId& call, const Error& error);
    /// Owns the calls from components to others of this shard.
    rt::Scope& calls_between() { return between_; }

    /// Calls under way and waiting, all components together, those that were retired too.
    std::size_t calls() const;
    /// Instances alive, likewise.
    std::size_t instances() const;

  private:
    class CallBody;
    struct Entry {
        capability::ComponentId id;
        engine::HttpKind kind;
        /// Resolved; `instances_min` is this shard's part.
        std::shared_ptr<const engine::Limits> limits;
        std::shared_ptr<const engine::Component> code;
        std::shared_ptr<ComponentImports> imports;
        std::shared_ptr<ConcurrencyLimiter> limiter;
        std::unique_ptr<Pool> pool;
    };
    /// A call that may begin in its instance.
    struct Entered {
        ConcurrencyLimiter::Permit permit;
        std::shared_ptr<engine::Instance> instance;
        std::shared_ptr<GuestLog> observer;
    };

    engine::Limits part_of(const engine::Limits& limits, engine::HttpKind kind) const;
    rt::Task<void> end_retired(std::shared_ptr<Entry> entry);
    rt::Task<Entered> enter(std::shared_ptr<const Entry> entry, rt::CallCtx ctx);
    std::shared_ptr<Entry> find(const capability::ComponentId& id) const;

    rt::Executor* executor_;
    Options options_;
    const GuestLogShared* logging_;
    std::map<capability::ComponentId, std::shared_ptr<Entry>> entries_;
    std::vector<std::shared_ptr<Entry>> retired_;  // Until they are gone.
    std::uint64_t calls_begun_ = 0;
    rt::Scope retiring_;
    rt::Scope between_;
};

}  // namespace weft::host
