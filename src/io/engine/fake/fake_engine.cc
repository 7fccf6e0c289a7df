#include "io/engine/fake/fake_engine.h"

#include <algorithm>
#include <utility>

#include "base/rt/time.h"

namespace weft::engine::fake {

struct Count {
    std::uint64_t instances = 0;
    std::uint64_t instances_max = 0;
    std::uint64_t yields = 0;
};

namespace {

Failure out_of_time() {
    return fail(Errc::deadline, "engine.deadline", "the component did not end before its deadline");
}

/// One instance in the count, for as long as it lives.
class Slot {
  public:
    explicit Slot(std::shared_ptr<Count> count) : count_(std::move(count)) { ++count_->instances; }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { --count_->instances; }

  private:
    std::shared_ptr<Count> count_;
};

/// Keeps the instance alive until its body was read or dropped.
class InstanceBody final : public rt::ByteSource {
  public:
    InstanceBody(std::unique_ptr<rt::ByteSource> inner, std::shared_ptr<Slot> slot)
        : inner_(std::move(inner)), slot_(std::move(slot)) {}
    rt::Task<rt::Chunk> read() override { return inner_->read(); }
    std::optional<Result<rt::Chunk>> try_read() override { return inner_->try_read(); }

  private:
    std::unique_ptr<rt::ByteSource> inner_;
    std::shared_ptr<Slot> slot_;
};

class FakeComponent final : public Component {
  public:
    FakeComponent(Guest guest, std::shared_ptr<Count> count, Duration tick)
        : guest_(std::move(guest)), count_(std::move(count)), tick_(tick) {}

    bool handles_http() const override { return true; }

    rt::Task<net::HttpResponse> handle_http(
        rt::CallCtx ctx, net::HttpRequest request, CallLimits limits,
        std::shared_ptr<GuestObserver> observer) const override {
        auto count = count_;
        auto guest = guest_;
        auto* executor = (co_await rt::current_context())->executor();
        if (executor->now() >= ctx.deadline) co_return out_of_time();
        if (count->instances >= count->instances_max)
            co_return fail(Errc::exhausted, "engine.pool_full",
                           "all {} instances are in use; try again later", count->instances_max);
        auto slot = std::make_shared<Slot>(count);
        auto world = std::make_shared<World>(std::move(ctx), limits, std::move(observer), tick_);
        CO_TRY(auto response, co_await guest(std::move(world), std::move(request)));
        if (response.body)
            response.body =
                std::make_unique<InstanceBody>(std::move(response.body), std::move(slot));
        co_return response;
    }

  private:
    Guest guest_;
    std::shared_ptr<Count> count_;
    Duration tick_;
};

}  // namespace

rt::Task<void> World::sleep(Duration time) {
    const auto deadline = ctx_.deadline;
    const auto due = (co_await rt::current_context())->executor()->now() + time;
    CO_CHECK(co_await rt::sleep_until(std::min(due, deadline)));
    if (due > deadline) co_return out_of_time();
    co_return ok();
}

rt::Task<void> World::spin() {
    for (std::uint32_t ticks = 0; limits_.cpu_ticks_max == 0 || ticks < limits_.cpu_ticks_max;
         ++ticks)
        CO_CHECK(co_await sleep(tick_));
    co_return fail(Errc::exhausted, "engine.cpu_budget",
                   "the component used up its CPU time of {} ticks", limits_.cpu_ticks_max);
}

void World::print(GuestStream stream, std::string_view text) {
    observer_->on_output(stream, as_bytes(text));
}

Failure World::trap(std::string_view message) {
    observer_->on_trap(message, {});
    return fail(Errc::guest_trap, "engine.trap", "the component trapped: {}", message);
}

FakeEngine::FakeEngine(EngineConfig config) : config_(config), count_(std::make_shared<Count>()) {
    count_->instances_max = config_.instances_max;
}

void FakeEngine::add(std::string wasm, Guest guest) {
    guests_.insert_or_assign(std::move(wasm), std::move(guest));
}

Result<std::shared_ptr<const Component>> FakeEngine::compile(BytesView wasm) {
    const auto found = guests_.find(std::string(as_text(wasm)));
    if (found == guests_.end())
        return fail(Errc::corrupt, "engine.not_wasm",
                    "these octets are not WebAssembly; give a .wasm file");
    return std::make_shared<FakeComponent>(found->second, count_,
                                           std::chrono::milliseconds(config_.epoch_tick_ms));
}

EngineStats FakeEngine::stats() const {
    return {.pooling = true,
            .instances = count_->instances,
            .instances_max = count_->instances_max,
            .epoch_yields = count_->yields};
}

}  // namespace weft::engine::fake
