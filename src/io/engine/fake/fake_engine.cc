#include "io/engine/fake/fake_engine.h"

#include <algorithm>
#include <optional>
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

class FakeInstance final : public Instance, public std::enable_shared_from_this<FakeInstance> {
  public:
    FakeInstance(Guest guest, std::shared_ptr<Count> count, Duration tick, rt::Executor* executor,
                 InstanceOptions options)
        : guest_(std::move(guest)),
          count_(std::move(count)),
          tick_(tick),
          executor_(executor),
          options_(options) {}

    rt::Task<net::HttpResponse> handle_http(rt::CallCtx ctx, net::HttpRequest request,
                                            std::shared_ptr<GuestObserver> observer) override;
    void warm_up() override {
        if (!slot_ && !closed_ && count_->instances < count_->instances_max) slot_.emplace(count_);
    }
    bool is_free() const override { return !closed_ && calls_ < options_.concurrent_max; }
    std::uint32_t calls() const override { return calls_; }
    void close() override {
        closed_ = true;
        if (has_ended()) changed();
    }
    bool has_ended() const override { return closed_ && calls_ == 0; }
    void set_owner(InstanceOwner* owner) override { owner_ = owner; }

  private:
    friend class CallInside;
    Result<void> begin(const rt::CallCtx& ctx);
    void leave();
    void changed();

    Guest guest_;
    std::shared_ptr<Count> count_;
    Duration tick_;
    rt::Executor* executor_;
    InstanceOptions options_;
    std::optional<Slot> slot_;  // Set from the first call to the end.
    std::uint32_t started_ = 0;
    std::uint32_t calls_ = 0;
    bool closed_ = false;
    InstanceOwner* owner_ = nullptr;
};

/// One call in the count of its instance, for as long as it lives.
class CallInside {
  public:
    explicit CallInside(std::shared_ptr<FakeInstance> instance) : instance_(std::move(instance)) {}
    CallInside(CallInside&&) = default;
    CallInside& operator=(CallInside&&) = delete;
    ~CallInside() {
        if (instance_) instance_->leave();
    }

  private:
    std::shared_ptr<FakeInstance> instance_;
};

/// Keeps the call inside until its body was read or dropped.
class CallBody final : public rt::ByteSource {
  public:
    CallBody(std::unique_ptr<rt::ByteSource> inner, CallInside inside)
        : inner_(std::move(inner)), inside_(std::move(inside)) {}
    rt::Task<rt::Chunk> read() override { return inner_->read(); }
    std::optional<Result<rt::Chunk>> try_read() override { return inner_->try_read(); }

  private:
    std::unique_ptr<rt::ByteSource> inner_;
    CallInside inside_;
};

Result<void> FakeInstance::begin(const rt::CallCtx& ctx) {
    if (executor_->now() >= ctx.deadline) return out_of_time();
    if (closed_ || calls_ >= options_.concurrent_max)
        return fail(Errc::failed_precondition, "engine.instance_busy",
                    "the instance takes no call now");
    if (!slot_) {
        if (count_->instances >= count_->instances_max)
            return fail(Errc::exhausted, "engine.pool_full",
                        "all {} instances are in use; try again later", count_->instances_max);
        slot_.emplace(count_);
    }
    ++calls_;
    if (++started_ == options_.calls_max) closed_ = true;
    return ok();
}

void FakeInstance::leave() {
    --calls_;
    changed();
}

/// Tells in a job of its own, as the port says.
void FakeInstance::changed() {
    if (has_ended()) slot_.reset();
    executor_->post([self = shared_from_this()] {
        if (self->owner_ != nullptr) self->owner_->instance_changed(*self);
    });
}

rt::Task<net::HttpResponse> FakeInstance::handle_http(rt::CallCtx ctx, net::HttpRequest request,
                                                      std::shared_ptr<GuestObserver> observer) {
    const auto self = shared_from_this();
    CO_CHECK(begin(ctx));
    CallInside inside(self);
    auto world = std::make_shared<World>(std::move(ctx), options_.limits, std::move(observer),
                                         tick_, self->started_);
    Result<net::HttpResponse> response = co_await guest_(std::move(world), std::move(request));
    // A guest that trapped or was given up takes no further call.
    if (!response) closed_ = true;
    if (response && response->body)
        response->body = std::make_unique<CallBody>(std::move(response->body), std::move(inside));
    co_return response;
}

class FakeComponent final : public Component {
  public:
    FakeComponent(Guest guest, HttpKind kind, std::shared_ptr<Count> count, Duration tick)
        : guest_(std::move(guest)), kind_(kind), count_(std::move(count)), tick_(tick) {}

    HttpKind http_kind() const override { return kind_; }

    Result<std::shared_ptr<Instance>> open(rt::Executor* executor,
                                           InstanceOptions options) const override {
        if (kind_ != HttpKind::together) options.concurrent_max = 1;
        return std::make_shared<FakeInstance>(guest_, count_, tick_, executor, options);
    }

  private:
    Guest guest_;
    HttpKind kind_;
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
    const auto most = limits_.cpu_time_max;
    for (Duration used{}; most == Duration{} || used < most; used += tick_)
        CO_CHECK(co_await sleep(tick_));
    co_return fail(Errc::exhausted, "engine.cpu_budget",
                   "the component used up its CPU time; give it more or look for a loop");
}

void World::print(GuestStream stream, std::string_view text) {
    if (observer_) observer_->on_output(stream, as_bytes(text));
}

Failure World::trap(std::string_view message) {
    if (observer_) observer_->on_trap(message, {});
    return fail(Errc::guest_trap, "engine.trap", "the component trapped: {}", message);
}

FakeEngine::FakeEngine(EngineConfig config) : config_(config), count_(std::make_shared<Count>()) {
    count_->instances_max = config_.instances_max;
}

void FakeEngine::add(std::string wasm, Guest guest, HttpKind kind) {
    programs_.insert_or_assign(std::move(wasm), Program{std::move(guest), kind});
}

Result<std::shared_ptr<const Component>> FakeEngine::compile(BytesView wasm) {
    const auto found = programs_.find(std::string(as_text(wasm)));
    if (found == programs_.end())
        return fail(Errc::corrupt, "engine.not_wasm",
                    "these octets are not WebAssembly; give a .wasm file");
    return std::make_shared<FakeComponent>(found->second.guest, found->second.kind, count_,
                                           std::chrono::milliseconds(config_.epoch_tick_ms));
}

EngineStats FakeEngine::stats() const {
    return {.pooling = true,
            .instances = count_->instances,
            .instances_max = count_->instances_max,
            .epoch_yields = count_->yields};
}

}  // namespace weft::engine::fake
