#include "entry/app/process.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/rt/cross.h"
#include "base/rt/time.h"
#include "base/rt/wait_fd.h"

namespace weft::app {
namespace {

/// What one component may print in a second; the rest is dropped and counted.
constexpr std::uint64_t guest_log_bytes_per_s = 64U << 10U;
constexpr std::size_t guest_log_sources_max = 1024;

rt::Task<void> put_in(host::ShardHost* host, host::ComponentSpec spec) {
    host->put(std::move(spec));
    co_return ok();
}

rt::Task<void> stop_host(host::ShardHost* host) {
    host->stop();
    co_return ok();
}

/// Takes one signal out of a signalfd, so that it does not count twice.
void take_signal(int fd) {
    signalfd_siginfo signal{};
    [[maybe_unused]] const auto got = ::read(fd, &signal, sizeof signal);
}

}  // namespace

Process::Process(Options options, engine::Engine* engine, const obs::Log& log,
                 obs::Registry* registry)
    : options_(options),
      engine_(engine),
      log_(log),
      guest_log_rate_(
          {.budget_per_s = guest_log_bytes_per_s, .sources_max = guest_log_sources_max}),
      guest_log_{log, host::Probe::in(*registry), &guest_log_rate_},
      workers_({.threads = 1}) {
    slots_.resize(std::max(1U, options_.shards));
    for (std::size_t index = 0; index < slots_.size(); ++index) {
        if (index > 0)
            threads_.push_back(std::make_unique<rt::ShardThread>(static_cast<unsigned>(index)));
        auto& slot = slots_[index];
        slot.shard = index == 0 ? &control_shard_ : &threads_.back()->shard();
        slot.scope = std::make_unique<rt::Scope>(slot.shard);
        slot.host = std::make_unique<host::ShardHost>(
            slot.shard, host::ShardHost::Options{.shards = static_cast<unsigned>(slots_.size())},
            &guest_log_);
    }
}

Process::~Process() {
    threads_.clear();  // Their shards stop; nothing of theirs runs any more when the slots go.
}

Result<void> Process::run(Load load, int stop_fd, const OnServing& on_serving) {
    control_shard_.post([this, load = std::move(load), stop_fd, &on_serving]() mutable {
        WEFT_ASSERT(scope_.spawn(control(std::move(load), stop_fd, &on_serving)),
                    "a new scope is open");
    });
    control_shard_.run();
    return outcome_;
}

rt::Task<void> Process::control(Load load, int stop_fd, const OnServing* on_serving) {
    outcome_ = co_await serve(std::move(load), stop_fd, on_serving);
    Result<void> stopped = co_await stop_everything();
    if (outcome_ && !stopped) outcome_ = std::move(stopped);
    control_shard_.stop();
    co_return ok();
}

rt::Task<void> Process::serve(Load load, int stop_fd, const OnServing* on_serving) {
    CO_CHECK(co_await start(std::move(load), stop_fd));
    std::vector<net::Address> addresses;
    for (const auto& server : http_servers_)
        addresses.insert(addresses.end(), server->addresses().begin(), server->addresses().end());
    CO_CHECK((*on_serving)(addresses));
    CO_CHECK(co_await rt::wait_fd(&control_shard_, stop_fd, rt::Ready::read));
    take_signal(stop_fd);
    CO_CHECK(co_await drain(stop_fd));
    co_return ok();
}

/// Ends early at a signal.
rt::Task<void> Process::start(Load load, int stop_fd) {
    rt::Scope starting(&control_shard_);
    rt::Scope watching(&control_shard_);
    Result<void> outcome = ok();
    WEFT_ASSERT(starting.spawn(deploy_into(std::move(load), &outcome, &watching)),
                "a new scope is open");
    bool interrupted = false;
    // Refused when everything was started in the line before.
    std::ignore = watching.spawn(give_up_on_signal(stop_fd, &starting, &interrupted));
    co_await starting.drain();
    co_await watching.close();
    if (interrupted)
        co_return fail(Errc::cancelled, "app.start_interrupted",
                       "a signal came before everything was started");
    co_return outcome;
}

rt::Task<void> Process::deploy_into(Load load, Result<void>* outcome, rt::Scope* watching) {
    *outcome = co_await deploy(std::move(load));
    watching->refuse();
    watching->cancel();
    co_return ok();
}

rt::Task<void> Process::give_up_on_signal(int stop_fd, rt::Scope* starting, bool* interrupted) {
    CO_CHECK(co_await rt::wait_fd(&control_shard_, stop_fd, rt::Ready::read));
    take_signal(stop_fd);
    *interrupted = true;
    log_.warn("host.start_interrupted");
    engine_->stop_compiling();
    starting->cancel();
    co_return ok();
}

/// The one place where a load becomes calls to host and providers.
rt::Task<void> Process::deploy(Load load) {
    for (auto& component : load.components) {
        const auto begin = control_shard_.now();
        auto bytes = std::make_shared<Bytes>(std::move(component.code));
        CO_TRY(auto compiled, co_await compile(component.plan.id, bytes));
        CO_TRY(auto code, compiled->with_context(component.plan.wasi)
                              .context("component '{}'", component.plan.id));
        log_.info(
            "component.code_compiled", obs::kv("component", component.plan.id),
            obs::kv("bytes", bytes->size()),
            obs::kv(
                "ms",
                std::chrono::duration<double, std::milli>(control_shard_.now() - begin).count()));
        CO_CHECK(co_await put_everywhere({.id = component.plan.id,
                                          .code = std::move(code),
                                          .limits = component.plan.limits,
                                          .admission = component.plan.admission,
                                          .reuse = component.plan.reuse,
                                          .log_bytes_per_s = component.plan.log_bytes_per_s}));
    }
    CO_CHECK(co_await start_http(std::move(load.http_servers)));
    co_return ok();
}

rt::Task<std::shared_ptr<const engine::Component>> Process::compile(std::string id,
                                                                    std::shared_ptr<Bytes> code) {
    engine::Engine* const engine = engine_;
    CO_TRY(auto component, (co_await rt::run_on(&workers_, [engine, code] {
                               return engine->compile(*code);
                           })).context("component '{}'", id));
    if (component->http_kind() == engine::HttpKind::none)
        co_return fail(Errc::unsupported, "app.not_http",
                       "component '{}' exports neither wasi:http/incoming-handler 0.2 nor "
                       "wasi:http/handler 0.3, all that this version serves",
                       id);
    co_return component;
}

rt::Task<void> Process::put_everywhere(host::ComponentSpec spec) {
    for (auto& slot : slots_) {
        host::ShardHost* const host = slot.host.get();
        CO_CHECK(co_await rt::run_in(slot.scope.get(), slot.shard,
                                     [host, spec] { return put_in(host, spec); }));
    }
    co_return ok();
}

rt::Task<void> Process::start_http(std::vector<PlannedHttpServer> planned) {
    std::vector<providers::http_server::ShardUse> uses;
    uses.reserve(slots_.size());
    for (auto& slot : slots_) uses.push_back({slot.shard, slot.scope.get(), slot.host.get()});
    for (auto& server : planned) {
        CO_TRY(auto config, providers::http_server::read_provider_config(server.config)
                                .context("provider '{}'", server.id));
        http_servers_.push_back(std::make_unique<providers::http_server::Provider>(
            std::move(config), options_.http, uses));
        CO_CHECK((co_await http_servers_.back()->start(std::move(server.links)))
                     .context("provider '{}'", server.id));
        for (const auto& address : http_servers_.back()->addresses())
            log_.info("http.address_opened", obs::kv("provider", server.id),
                      obs::kv("address", address.text()));
    }
    co_return ok();
}

/// Ends when nothing is under way, when the time for it is over, or at a second signal.
rt::Task<void> Process::drain(int stop_fd) {
    log_.info("host.drain_started",
              obs::kv("wait_s", std::chrono::duration<double>(options_.drain_wait).count()));
    rt::Scope draining(&control_shard_);
    rt::Scope watching(&control_shard_);
    CO_CHECK(draining.spawn(drain_providers(&watching)));
    CO_CHECK(watching.spawn(drain_timeout(&draining)));
    CO_CHECK(watching.spawn(wait_for_second_signal(stop_fd, &draining)));
    co_await draining.drain();
    co_await watching.close();
    co_return ok();
}

rt::Task<void> Process::drain_providers(rt::Scope* waiting) {
    for (auto& server : http_servers_) CO_CHECK(co_await server->stop_accepting());
    for (auto& server : http_servers_) CO_CHECK(co_await server->drain());
    waiting->cancel();
    co_return ok();
}

rt::Task<void> Process::drain_timeout(rt::Scope* draining) {
    CO_CHECK(co_await rt::sleep_until(control_shard_.now() + options_.drain_wait));
    log_.warn("host.drain_expired");
    draining->cancel();
    co_return ok();
}

rt::Task<void> Process::wait_for_second_signal(int stop_fd, rt::Scope* draining) {
    CO_CHECK(co_await rt::wait_fd(&control_shard_, stop_fd, rt::Ready::read));
    log_.warn("host.drain_interrupted");
    draining->cancel();
    co_return ok();
}

rt::Task<void> Process::stop_everything() {
    for (auto& server : http_servers_) CO_CHECK(co_await server->stop());
    http_servers_.clear();
    // Instances belong to their shards, which are gone when the slots go.
    for (auto& slot : slots_) {
        host::ShardHost* const host = slot.host.get();
        CO_CHECK(
            co_await rt::run_in(slot.scope.get(), slot.shard, [host] { return stop_host(host); }));
    }
    co_await slots_.front().scope->drain();  // Those of other shards end with their threads.
    log_.info("host.process_stopped");
    co_return ok();
}

}  // namespace weft::app
