#include "entry/app/process.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/rt/concurrent.h"
#include "base/rt/time.h"
#include "base/rt/wait_fd.h"

namespace weft::app {
namespace {

constexpr std::size_t guest_log_sources_max = 1024;
constexpr Duration tell_dropped_wait = std::chrono::seconds(10);
constexpr Duration second_signal_wait = std::chrono::seconds(1);

/// Waits for a signal and takes it out of the signalfd, so that it does not count twice.
rt::Task<void> signalled(rt::Shard* shard, int fd) {
    CO_CHECK(co_await rt::wait_fd(shard, fd, rt::Ready::read));
    signalfd_siginfo signal{};
    [[maybe_unused]] const auto got = ::read(fd, &signal, sizeof signal);
    co_return ok();
}

/// Waits for a signal that is meant as a second one: Ctrl-C and a wrapper's SIGTERM for the same
/// reason come together.
rt::Task<void> signalled_again(rt::Shard* shard, int fd) {
    const auto first = shard->now();
    do {
        CO_CHECK(co_await signalled(shard, fd));
    } while (shard->now() < first + second_signal_wait);
    co_return ok();
}

}  // namespace

Process::Process(Options options, const Parts& parts)
    : options_(options),
      engine_(parts.engine),
      log_(parts.log),
      failures_(log_, *parts.registry),
      guest_log_rate_({.budget_per_s = engine::row_of(engine::Limit::log).usual,
                       .sources_max = guest_log_sources_max}),
      guest_log_{log_, host::Probe::in(*parts.registry), &guest_log_rate_, &failures_},
      connections_(options.connections_max, &failures_, *parts.registry),
      slots_(make_slots()),
      workers_({.threads = 1}),
      service_(service_parts(parts)) {}

Process::~Process() {
    threads_.clear();  // Their shards stop; nothing of theirs runs any more when the slots go.
}

std::vector<Process::ShardSlot> Process::make_slots() {
    std::vector<ShardSlot> slots(std::max(1U, options_.shards));
    for (std::size_t index = 0; index < slots.size(); ++index) {
        if (index > 0)
            threads_.push_back(std::make_unique<rt::ShardThread>(static_cast<unsigned>(index)));
        auto& slot = slots[index];
        slot.shard = index == 0 ? &control_shard_ : &threads_.back()->shard();
        slot.scope = std::make_unique<rt::Scope>(slot.shard);
        slot.host = std::make_unique<host::ShardHost>(
            slot.shard,
            host::ShardHost::Options{.shards = static_cast<unsigned>(slots.size()),
                                     .shard = static_cast<unsigned>(index)},
            &guest_log_);
    }
    return slots;
}

control::Service::Parts Process::service_parts(const Parts& parts) {
    control::Service::Parts out{.engine = engine_,
                                .workers = &workers_,
                                .shards = {},
                                .kinds = options_.providers,
                                .log = log_,
                                .failures = &failures_,
                                .clock = parts.clock,
                                .random = parts.random,
                                .connections = &connections_,
                                .data_directory = options_.data_directory,
                                .registry = parts.registry};
    for (const auto& slot : slots_) out.shards.push_back({slot.ref(), slot.host.get()});
    return out;
}

Result<void> Process::run(Order order, int stop_fd, const OnServing& on_serving) {
    control_shard_.post([this, order = std::move(order), stop_fd, &on_serving]() mutable {
        WEFT_ASSERT(scope_.spawn(live(std::move(order), stop_fd, &on_serving)),
                    "a new scope is open");
    });
    control_shard_.run();
    return outcome_;
}

rt::Task<void> Process::live(Order order, int stop_fd, const OnServing* on_serving) {
    outcome_ = co_await serve(std::move(order), stop_fd, on_serving);
    Result<void> stopped = co_await stop_everything();
    if (outcome_ && !stopped) outcome_ = std::move(stopped);
    control_shard_.stop();
    co_return ok();
}

rt::Task<void> Process::serve(Order order, int stop_fd, const OnServing* on_serving) {
    CO_CHECK(co_await start(std::move(order), stop_fd));
    CO_CHECK(slots_.front().scope->spawn(tell_dropped()));
    CO_CHECK((*on_serving)(service_.addresses()));
    CO_CHECK(co_await signalled(&control_shard_, stop_fd));
    CO_CHECK(co_await drain(stop_fd));
    co_return ok();
}

/// Ends early at a signal.
rt::Task<void> Process::start(Order order, int stop_fd) {
    CO_TRY(const auto first,
           co_await rt::race(service_.deploy(std::move(order.applications), std::move(order.trust)),
                             signalled(&control_shard_, stop_fd)));
    if (first == 0) co_return ok();
    log_.warn("host.start_interrupted");
    engine_->stop_compiling();
    co_return fail(Errc::cancelled, "app.start_interrupted",
                   "a signal came before everything was started");
}

/// Ends when nothing is under way, when the time for it is over, or at a second signal.
rt::Task<void> Process::drain(int stop_fd) {
    log_.info("host.drain_started",
              obs::kv("wait_s", std::chrono::duration<double>(options_.drain_wait).count()));
    CO_TRY(const auto first,
           co_await rt::race(service_.drain(),
                             rt::sleep_until(control_shard_.now() + options_.drain_wait),
                             signalled_again(&control_shard_, stop_fd)));
    if (first == 1) log_.warn("host.drain_expired");
    if (first == 2) log_.warn("host.drain_interrupted");
    co_return ok();
}

rt::Task<void> Process::stop_everything() {
    engine_->stop_compiling();
    slots_.front().scope->cancel();  // An order that is still carried out.
    CO_CHECK(co_await service_.stop());
    co_await slots_.front().scope->drain();  // Those of other shards end with their threads.
    tell_dropped_now(TimePoint::max());
    log_.info("host.process_stopped");
    co_return ok();
}

/// What was dropped of those that are silent since is said too.
rt::Task<void> Process::tell_dropped() {
    for (;;) {
        CO_CHECK(co_await rt::sleep_until(control_shard_.now() + tell_dropped_wait));
        tell_dropped_now(control_shard_.now());
    }
}

void Process::tell_dropped_now(TimePoint now) {
    failures_.tell_dropped(now);
    guest_log_rate_.take_dropped(now, [this](std::string_view component, std::uint64_t lines) {
        log_.warn("component.lines_dropped", obs::kv("component", component),
                  obs::kv("lines", lines));
    });
}

}  // namespace weft::app
