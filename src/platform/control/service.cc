#include "platform/control/service.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "platform/claims/verify.h"
#include "platform/control/bind.h"
#include "platform/control/conflicts.h"

namespace weft::control {
namespace {

using Kind = Action::Kind;

Action inverse(const Action& action) {
    switch (action.kind) {
        case Kind::start: return {Kind::retire, action.name};
        case Kind::retire: return {Kind::start, action.name};
        case Kind::open_links: return {Kind::close_links, action.name};
        case Kind::close_links: return {Kind::open_links, action.name};
        case Kind::update:
        case Kind::scale:
        case Kind::bind:
        case Kind::change_links: break;
    }
    return action;
}

rt::Task<void> put_in(host::ShardHost* host, host::ComponentSettings settings,
                      std::shared_ptr<const engine::Component> code, host::SharedLimits shared,
                      host::ImportTablePtr imports) {
    host->put(std::move(settings), std::move(code), shared, std::move(imports));
    co_return ok();
}

rt::Task<void> change_imports_in(host::ShardHost* host, capability::ComponentId id,
                                 host::ImportTablePtr imports) {
    host->change_imports(id, std::move(imports));
    co_return ok();
}

/// Whether a provider calls its target as a handler of HTTP.
bool leads_http(const capability::Link& link) {
    return !link.provider.empty() && !link.is_answered_by_provider && link.ns == "wasi" &&
           link.package == "http";
}

rt::Task<void> change_limits_in(host::ShardHost* host, capability::ComponentId id,
                                engine::Limits limits) {
    host->change_limits(id, limits);
    co_return ok();
}

Result<void> check_kind(const capability::Link& link,
                        std::span<const capability::ProviderKind> kinds) {
    if (link.provider.empty()) return ok();
    const auto* const kind = capability::find_kind(kinds, link.provider);
    WEFT_ASSERT(kind != nullptr, "a link belongs to a provider of an application");
    return kind->check_interfaces(link);
}

/// The link, and which of its ends is a provider of these applications.
capability::Link complete(capability::Link link, const std::vector<const Application*>& all) {
    link.provider.clear();
    link.is_answered_by_provider = false;
    for (const auto* const application : all)
        for (const auto& provider : application->providers) {
            if (provider.id != link.source && provider.id != link.target) continue;
            link.provider = provider.kind;
            link.is_answered_by_provider = provider.id == link.target;
            link.provider_config = provider.config;
        }
    return link;
}

/// Beside those that are there. Errors: already_exists (`control.link_taken`,
/// `control.link_overlaps`).
Result<void> add_link(State& state, capability::Link link) {
    for (const auto& [key, other] : state.links) {
        if (key == link.key())
            return fail(Errc::already_exists, "control.link_taken",
                        "two links lead from '{}' to '{}' by the name '{}'; rename one", key.source,
                        key.target, key.name);
        if (key.source != link.source || key.name != link.name || key.ns != link.ns ||
            key.package != link.package ||
            (!link.provider.empty() && !link.is_answered_by_provider))
            continue;
        for (const auto& interface : link.interfaces)
            if (other.covers(fmt::format("{}:{}/{}", link.ns, link.package, interface)))
                return fail(Errc::already_exists, "control.link_overlaps",
                            "by the name '{}' calls of {}:{}/{} by '{}' go to '{}' already; give "
                            "the link another name",
                            key.name, key.ns, key.package, interface, key.source, key.target);
    }
    auto key = link.key();
    state.links.emplace(std::move(key), std::move(link));
    return ok();
}

}  // namespace

Service::Service(Parts parts)
    : parts_(std::move(parts)),
      orders_(std::make_shared<host::ConcurrencyLimiter>(
          host::ConcurrencyLimiter::Limits{.inside_max = 1, .waiting_max = orders_max})) {}

/// Held while an order is carried out. Errors: exhausted, failed_precondition, cancelled.
rt::Task<Service::Turn> Service::take_turn() {
    Result<Turn> turn = co_await orders_->enter(TimePoint::max());
    if (!turn && turn.error().code == Errc::exhausted)
        co_return fail(Errc::exhausted, "control.orders_full",
                       "{} orders wait already; try again later", orders_max);
    if (turn && closed_)
        co_return fail(Errc::failed_precondition, "control.stopping",
                       "the host stops and takes no more orders");
    co_return turn;
}

/// Refuses further orders, and waits for the one that is carried out.
rt::Task<Service::Turn> Service::close() {
    closed_ = true;
    Result<Turn> turn = co_await orders_->enter(TimePoint::max());
    co_return turn;
}

rt::Task<void> Service::deploy(std::vector<Application> applications, claims::TrustPolicy trust) {
    CO_TRY(const auto turn, co_await take_turn());
    auto all = wanted_;
    std::vector<std::string> changed;
    for (auto& application : applications) {
        if (std::ranges::find(changed, application.name) != changed.end())
            co_return fail(Errc::already_exists, "control.application_repeated",
                           "two applications are called '{}'; rename one", application.name);
        changed.push_back(application.name);
        all.applications.insert_or_assign(application.name, std::move(application));
    }
    CO_CHECK(co_await reach(
        std::move(all), std::make_shared<const claims::TrustPolicy>(std::move(trust)), changed));
    for (const auto& name : changed)
        parts_.log.info("application.deploy_done", obs::kv("application", name));
    co_return ok();
}

rt::Task<void> Service::undeploy(std::vector<std::string> names) {
    CO_TRY(const auto turn, co_await take_turn());
    auto all = wanted_;
    for (const auto& name : names)
        if (all.applications.erase(name) == 0)
            co_return fail(Errc::not_found, "control.application_unknown",
                           "no application '{}' runs on this host", name);
    CO_CHECK(co_await reach(std::move(all), {}, {}));
    for (const auto& name : names)
        parts_.log.info("application.undeploy_done", obs::kv("application", name));
    co_return ok();
}

rt::Task<void> Service::put_link(capability::Link link) {
    CO_TRY(const auto turn, co_await take_turn());
    auto all = wanted_;
    all.links.insert_or_assign(link.key(), std::move(link));
    CO_CHECK(co_await reach(std::move(all), {}, {}));
    co_return ok();
}

rt::Task<void> Service::delete_link(capability::LinkKey key) {
    CO_TRY(const auto turn, co_await take_turn());
    auto all = wanted_;
    if (all.links.erase(key) == 0)
        co_return fail(Errc::not_found, "control.link_unknown",
                       "no link '{}' from '{}' to '{}' for {}:{} was put by itself", key.name,
                       key.source, key.target, key.ns, key.package);
    CO_CHECK(co_await reach(std::move(all), {}, {}));
    co_return ok();
}

/// Decides, then acts: nothing has changed while anything can still be refused for what it is.
rt::Task<void> Service::reach(Wanted wanted, TrustPtr trust, std::vector<std::string> changed) {
    Target target;
    CO_TRY(target.state, state_of(wanted));
    for (const auto& [id, component] : running_.state.components) {
        const auto stays = target.state.components.find(id);
        if (stays != target.state.components.end()) stays->second.digest = component.digest;
    }
    target.codes = running_.codes;
    for (const auto& name : changed)
        for (const auto& settings : wanted.applications.at(name).components)
            CO_CHECK(co_await prepare(&target, settings, trust));
    CO_CHECK(check_links(target));
    CO_CHECK(co_await carry_out(std::move(target)));
    wanted_ = std::move(wanted);
    co_return ok();
}

/// The code of one component, read, admitted and compiled unless it is the one that runs.
rt::Task<void> Service::prepare(Target* target, host::ComponentSettings settings, TrustPtr trust) {
    CO_TRY(auto admitted,
           co_await rt::run_on(parts_.workers, [settings, trust, clock = parts_.clock] {
               return read_admitted(settings, *trust, clock->now_unix_s());
           }));
    log_admitted(settings, admitted.verdict);
    auto& component = target->state.components.at(settings.id);
    auto& code = target->codes[settings.id];
    const bool must_serve = std::ranges::any_of(target->state.links, [&](const auto& link) {
        return link.first.target == settings.id && leads_http(link.second);
    });
    if (!code.component || component.digest != admitted.verdict.digest) {
        if (must_serve) CO_CHECK(check_serves_http(admitted.code, settings.id));
        const auto* const executor = (co_await rt::current_context())->executor();
        const auto begin = executor->now();
        const auto bytes = std::make_shared<const Bytes>(std::move(admitted.code));
        CO_TRY(code.component,
               (co_await rt::run_on(parts_.workers, [bytes, engine = parts_.engine] {
                   return engine->compile(*bytes, engine::Engine::Imports::handler);
               })).context("component '{}'", settings.id));
        CO_TRY(auto world, code.component->describe().context("component '{}'", settings.id));
        code.world = std::make_shared<const value::World>(std::move(world));
        const std::chrono::duration<double, std::milli> took = executor->now() - begin;
        parts_.log.info("component.code_loaded", obs::kv("component", settings.id),
                        obs::kv("bytes", bytes->size()), obs::kv("ms", took.count()));
        component.digest = admitted.verdict.digest;
    }
    CO_TRY(code.component,
           code.component->with_context(settings.wasi).context("component '{}'", settings.id));
    for (const auto& interface : find_unlinked(settings.id, *code.world, target->state.links))
        parts_.log.warn(
            "component.import_unlinked", obs::kv("component", settings.id),
            obs::kv("interface", interface),
            obs::kv("remedy", "calls of it fail until a link of the component names it"));
    co_return ok();
}

/// What is called by HTTP serves it, and what components call of each other is there, with the same
/// types.
Result<void> Service::check_links(const Target& target) {
    for (const auto& [key, link] : target.state.links) {
        const auto source = target.codes.find(link.source);
        const auto called = target.codes.find(link.target);
        if (called == target.codes.end()) continue;
        if (leads_http(link) && called->second.component->http_kind() == engine::HttpKind::none)
            return not_http(link.target);
        if (link.provider.empty() && source != target.codes.end())
            CHECK(check_link(link, *source->second.world, *called->second.world));
    }
    return ok();
}

Result<std::vector<host::ImportTablePtr>> Service::bind(const capability::ComponentId& id,
                                                        const Target& to) {
    std::vector<host::ShardHost*> hosts;
    hosts.reserve(parts_.shards.size());
    for (const auto& shard : parts_.shards) hosts.push_back(shard.host);
    return bind_imports({.settings = &to.state.components.at(id).settings,
                         .world = to.codes.at(id).world.get(),
                         .links = &to.state.links,
                         .provider_of = [this](std::string_view kind) { return provider_of(kind); },
                         .hosts = std::move(hosts)});
}

/// Starts a component, or gives it other code.
rt::Task<void> Service::put(capability::ComponentId id, const Target* to) {
    const auto& settings = to->state.components.at(id).settings;
    const auto code = to->codes.at(id).component;
    CO_TRY(const auto tables, bind(id, *to));
    const auto shared = host::SharedLimits::of(settings.limits, code->http_kind(),
                                               static_cast<unsigned>(parts_.shards.size()));
    CO_CHECK(co_await on_each_host(
        [settings, code, shared, tables](host::ShardHost* host, std::size_t shard) {
            return put_in(host, settings, code, shared, tables[shard]);
        }));
    co_return ok();
}

rt::Task<void> Service::carry_out(Target target) {
    const auto actions = diff(target.state, running_.state);
    for (std::size_t done = 0; done < actions.size(); ++done) {
        Result<void> result = co_await step(actions[done], &target, &running_);
        if (result) continue;
        std::vector<Action> begun(actions.begin(),
                                  actions.begin() + static_cast<std::ptrdiff_t>(done));
        CO_CHECK(co_await undo(std::move(begun), &running_, &target));
        co_return result;
    }
    std::erase_if(target.codes,
                  [&](const auto& code) { return !target.state.components.contains(code.first); });
    running_ = std::move(target);
    co_return ok();
}

/// Runs `make(host, shard)`'s task on every shard at the same time.
template <typename Make>
rt::Task<void> Service::on_each_host(Make make) {
    std::vector<rt::ShardRef> shards;
    std::vector<host::ShardHost*> hosts;
    for (const auto& shard : parts_.shards) {
        shards.push_back(shard.ref);
        hosts.push_back(shard.host);
    }
    Result<void> result = co_await rt::on_each_shard(
        std::move(shards), [hosts = std::move(hosts), make = std::move(make)](std::size_t at) {
            return make(hosts[at], at);
        });
    co_return result;
}

/// One step from one state towards another; both belong to the caller.
rt::Task<void> Service::step(Action action, const Target* to, const Target* from) {
    Result<void> result = ok();
    switch (action.kind) {
        case Kind::start:
        case Kind::update: result = co_await put(action.name, to); break;
        case Kind::bind: {
            CO_TRY(const auto tables, bind(action.name, *to));
            result = co_await on_each_host(
                [tables, id = action.name](host::ShardHost* host, std::size_t shard) {
                    return change_imports_in(host, id, tables[shard]);
                });
            break;
        }
        case Kind::scale: {
            const auto limits = to->state.components.at(action.name).settings.limits;
            result = co_await on_each_host(
                [limits, id = action.name](host::ShardHost* host, std::size_t) {
                    return change_limits_in(host, id, limits);
                });
            break;
        }
        case Kind::change_links:
        case Kind::open_links:
        case Kind::close_links:
            result = co_await provider_of(action.name)->change_links(change_of(action, *to, *from));
            break;
        case Kind::retire:
            result = co_await on_each_host([id = action.name](host::ShardHost* host, std::size_t) {
                return host->retire(id);
            });
            break;
    }
    co_return result;
}

rt::Task<void> Service::undo(std::vector<Action> done, const Target* to, const Target* from) {
    for (; !done.empty(); done.pop_back()) {
        Result<void> undone = co_await step(inverse(done.back()), to, from);
        // What ran a moment ago is refused now: say so, and put back what can be put back.
        if (!undone)
            parts_.log.error("control.undo_failed", obs::kv("name", done.back().name),
                             obs::kv("error", undone.error().slug.text()),
                             obs::kv("reason", undone.error().message));
    }
    co_return ok();
}

/// What one step tells a provider. Nothing is taken before the last step, so that all before it can
/// be undone, except for what is taken back by an undo.
capability::LinkChange Service::change_of(const Action& action, const Target& to,
                                          const Target& from) {
    auto change = link_change(to.state, from.state, action.name, action.kind != Kind::change_links);
    if (action.kind == Kind::open_links) change.taken.clear();
    // Another kind that the same object serves may have the link by now.
    std::erase_if(change.taken, [&](const capability::LinkKey& key) {
        const auto stays = to.state.links.find(key);
        return stays != to.state.links.end() && !stays->second.provider.empty() &&
               provider_of(stays->second.provider) == provider_of(action.name);
    });
    return change;
}

capability::Provider* Service::provider_of(std::string_view kind) {
    const auto* const row = capability::find_kind(parts_.kinds, kind);
    WEFT_ASSERT(row != nullptr, "state_of() refuses kinds that are not in the table");
    const auto object = row->object.empty() ? row->name : row->object;
    const auto made = providers_.find(object);
    if (made != providers_.end()) return made->second.get();
    capability::ProviderContext context{.shards = {},
                                        .log = parts_.log,
                                        .failures = parts_.failures,
                                        .clock = parts_.clock,
                                        .random = parts_.random,
                                        .connections = parts_.connections,
                                        .data_directory = parts_.data_directory,
                                        .registry = parts_.registry};
    for (const auto& shard : parts_.shards) context.shards.push_back({shard.ref, shard.host});
    auto& slot = providers_[std::string(object)];
    slot = row->make(context);
    return slot.get();
}

/// All that was asked for together. Errors: those of `find_conflicts` and of `add_link`,
/// unsupported.
Result<State> Service::state_of(const Wanted& wanted) const {
    State state;
    std::vector<const Application*> all;
    for (const auto& [name, application] : wanted.applications) all.push_back(&application);
    for (const auto* const application : all) {
        for (const auto& provider : application->providers)
            if (capability::find_kind(parts_.kinds, provider.kind) == nullptr)
                return fail(Errc::unsupported, "app.provider_unsupported",
                            "provider '{}' ({}) is not in this version", provider.id,
                            provider.kind);
        for (const auto& link : application->links) CHECK(check_kind(link, parts_.kinds));
    }
    const auto conflicts = find_conflicts(all, parts_.kinds);
    if (!conflicts.empty()) {
        const auto& first = conflicts.front();
        return Result<State>(Failure(first.error))
            .context("application '{}'", all[first.application]->name);
    }
    for (const auto* const application : all) {
        for (const auto& settings : application->components)
            state.components.emplace(settings.id, Component{settings, {}});
        for (const auto& link : application->links) state.links.emplace(link.key(), link);
    }
    for (const auto& [key, link] : wanted.links) CHECK(add_link(state, complete(link, all)));
    for (const auto& [key, link] : wanted.links)
        CHECK(check_kind(state.links.at(key), parts_.kinds));
    return state;
}

void Service::log_admitted(const host::ComponentSettings& settings,
                           const claims::Admission& verdict) {
    if (verdict.is_signed())
        parts_.log.info("component.code_admitted", obs::kv("component", settings.id),
                        obs::kv("issuer", verdict.issuer_name.empty() ? verdict.head->issuer.text()
                                                                      : verdict.issuer_name),
                        obs::kv("digest", verdict.digest));
    else
        parts_.log.warn("component.unsigned_admitted", obs::kv("component", settings.id),
                        obs::kv("digest", verdict.digest));
}

std::vector<std::string> Service::addresses() const {
    std::vector<std::string> all;
    for (const auto& [kind, provider] : providers_)
        for (auto& address : provider->addresses()) all.push_back(std::move(address));
    return all;
}

rt::Task<void> Service::drain() {
    CO_TRY(const auto turn, co_await close());
    // All of them stop accepting before the wait for the requests of the first.
    for (const auto& [kind, provider] : providers_) CO_CHECK(co_await provider->stop_accepting());
    for (const auto& [kind, provider] : providers_) CO_CHECK(co_await provider->drain());
    co_return ok();
}

rt::Task<void> Service::stop() {
    CO_TRY(const auto turn, co_await close());
    for (const auto& [kind, provider] : providers_) CO_CHECK(co_await provider->stop());
    // Instances belong to their shards, which are gone when the process ends, and what answers
    // their imports to the providers.
    CO_CHECK(
        co_await on_each_host([](host::ShardHost* host, std::size_t) { return host->stop(); }));
    providers_.clear();
    co_return ok();
}

}  // namespace weft::control
