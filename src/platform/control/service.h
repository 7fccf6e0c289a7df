#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/obs/log.h"
#include "base/rt/concurrent.h"
#include "base/rt/worker_pool.h"
#include "io/engine/engine.h"
#include "platform/claims/trust.h"
#include "platform/control/admit.h"
#include "platform/control/desired.h"
#include "platform/host/shard_host.h"

namespace weft::control {

/// Brings a host to what was asked of it, and knows what runs: the one place that deploys. It works
/// as long as the host runs. An order is carried out as a whole or, with an error, leaves the host
/// as it was. Orders are carried out one after the other, in the order in which they came.
///
/// Its methods run on the shard that controls the host. What must hold: `running_` is
/// what the hosts serve and the providers were told, except while an order is carried out.
class Service {
  public:
    /// One shard of the host.
    struct Shard {
        rt::ShardRef ref;
        host::ShardHost* host;
    };
    /// All of it outlives the service.
    struct Parts {
        engine::Engine* engine;
        rt::WorkerPool* workers;  ///< For reading, admitting and compiling.
        std::vector<Shard> shards;
        std::span<const capability::ProviderKind> kinds;
        obs::Log log;
        obs::LimitedLog* failures;  ///< For what a client can cause as often as it likes.
        const WallClock* clock;
        Random* random;
        net::ConnectionBudget* connections = nullptr;  ///< Of all clients of the host.
        std::string data_directory{};                  ///< Of providers; empty: none.
        obs::Registry* registry = nullptr;             ///< Of providers; may be null.
    };
    /// Orders that wait while another is carried out; more are refused.
    static constexpr std::uint32_t orders_max = 16;

    explicit Service(Parts parts);

    /// Makes each application run in place of the one of its name. Every component's code is read,
    /// admitted and compiled before anything changes. Errors: those of `read_admitted`,
    /// `engine::Engine::compile`, `engine::Component::with_context` and
    /// `capability::Provider::change_links`; those of `find_conflicts`
    /// and `capability::ProviderKind::check_interfaces`; unsupported (`app.not_http`,
    /// `app.provider_unsupported`),
    /// exhausted (`control.orders_full`), cancelled: then the host has to be stopped.
    rt::Task<void> deploy(std::vector<Application> applications, claims::TrustPolicy trust);
    /// Takes applications away; returns when their components are gone. Errors: not_found
    /// (`control.application_unknown`: none is taken away), exhausted, cancelled.
    rt::Task<void> undeploy(std::vector<std::string> names);

    /// Adds a link that belongs to no application, in place of the one with its key that did not
    /// either. Which of its ends is a provider is found out here, again with each order: either may
    /// come later or go. Components that run are bound at once. Errors: already_exists
    /// (`control.link_taken`: an application has it; `control.link_overlaps`: another target for
    /// one interface by that name), those of `deploy`, exhausted, cancelled.
    rt::Task<void> put_link(capability::Link link);
    /// Errors: not_found (`control.link_unknown`: none of that key was put), exhausted, cancelled.
    rt::Task<void> delete_link(capability::LinkKey key);

    /// What runs; its links are all that there are.
    const State& running() const { return running_.state; }
    /// Where its providers can be reached from outside.
    std::vector<std::string> addresses() const;

    /// Refuses further orders (`control.stopping`), ends the present one, begins nothing new from
    /// outside, and waits for what is under way.
    rt::Task<void> drain();
    /// Ends everything at once, once the present order has ended.
    rt::Task<void> stop();

  private:
    using Applications = std::map<std::string, Application>;
    /// All that was asked for.
    struct Wanted {
        Applications applications;
        Links links;  ///< That belong to no application.
    };
    using TrustPtr = std::shared_ptr<const claims::TrustPolicy>;
    using Turn = host::ConcurrencyLimiter::Permit;
    /// Compiled, and what it imports and exports.
    struct Code {
        std::shared_ptr<const engine::Component> component;
        std::shared_ptr<const value::World> world;
    };
    using Codes = std::map<capability::ComponentId, Code>;
    /// A state to reach, with everything that it needs.
    struct Target {
        State state;
        Codes codes;
    };

    rt::Task<Turn> take_turn();
    rt::Task<Turn> close();
    rt::Task<void> reach(Wanted wanted, TrustPtr trust, std::vector<std::string> changed);
    rt::Task<void> prepare(Target* target, host::ComponentSettings settings, TrustPtr trust);
    Result<void> check_links(const Target& target);
    Result<std::vector<host::ImportTablePtr>> bind(const capability::ComponentId& id,
                                                   const Target& to);
    rt::Task<void> put(capability::ComponentId id, const Target* to);
    rt::Task<void> carry_out(Target target);
    template <typename Make>
    rt::Task<void> on_each_host(Make make);
    rt::Task<void> step(Action action, const Target* to, const Target* from);
    rt::Task<void> undo(std::vector<Action> done, const Target* to, const Target* from);
    capability::LinkChange change_of(const Action& action, const Target& to, const Target& from);
    capability::Provider* provider_of(std::string_view kind);
    Result<State> state_of(const Wanted& wanted) const;
    void log_admitted(const host::ComponentSettings& settings, const claims::Admission& verdict);

    Parts parts_;
    Wanted wanted_;
    Target running_;
    std::map<std::string, std::unique_ptr<capability::Provider>, std::less<>> providers_;
    std::shared_ptr<host::ConcurrencyLimiter> orders_;
    bool closed_ = false;
};

}  // namespace weft::control
