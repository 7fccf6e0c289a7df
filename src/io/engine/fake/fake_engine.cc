#include "io/engine/fake/fake_engine.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "base/rt/time.h"

namespace weft::engine::fake {

struct Count {
    std::atomic<std::uint64_t> instances = 0;  // Shards share an engine.
    std::uint64_t instances_max = 0;
    std::atomic<std::uint64_t> yields = 0;
};

/// What bytes "compile" to.
struct Program {
    Guest guest;
    HttpKind kind = HttpKind::none;
    value::World world = {};
    Functions functions = {};
    Main main = {};
};

namespace {

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
    FakeInstance(std::shared_ptr<const Program> program, std::shared_ptr<Count> count,
                 Duration tick, rt::Executor* executor, InstanceOptions options,
                 std::shared_ptr<const engine::WasiContext> wasi)
        : program_(std::move(program)),
          count_(std::move(count)),
          tick_(tick),
          executor_(executor),
          options_(options),
          wasi_(std::move(wasi)) {}

    rt::Task<net::HttpResponse> handle_http(rt::CallCtx ctx, net::HttpRequest request,
                                            std::shared_ptr<GuestObserver> observer) override;
    rt::Task<Values> call(rt::CallCtx ctx, std::uint32_t function, Values arguments,
                          std::shared_ptr<GuestObserver> observer) override;
    void warm_up() override {
        if (!slot_ && !closed_ && count_->instances < count_->instances_max) slot_.emplace(count_);
    }
    bool is_free() const override {
        return !closed_ && calls_ < options_.limits[Limit::concurrent];
    }
    std::uint32_t calls() const override { return calls_; }
    void close() override {
        closed_ = true;
        if (has_ended()) changed();
    }
    void end() override { close(); }  // A C++ function ends by its deadline only.
    bool has_ended() const override { return closed_ && calls_ == 0; }
    void set_owner(InstanceOwner* owner) override { owner_ = owner; }

  private:
    friend class CallInside;
    Result<void> begin(const rt::CallCtx& ctx);
    void leave();
    void changed();

    std::shared_ptr<const Program> program_;
    std::shared_ptr<Count> count_;
    Duration tick_;
    rt::Executor* executor_;
    InstanceOptions options_;
    std::shared_ptr<const engine::WasiContext> wasi_;
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
class FakeBody final : public rt::ByteSource {
  public:
    FakeBody(std::unique_ptr<rt::ByteSource> inner, CallInside inside)
        : inner_(std::move(inner)), inside_(std::move(inside)) {}
    rt::Task<rt::Chunk> read() override { return inner_->read(); }
    std::optional<Result<rt::Chunk>> try_read() override { return inner_->try_read(); }

  private:
    std::unique_ptr<rt::ByteSource> inner_;
    CallInside inside_;
};

/// Keeps the call inside until the last stream of its result was read or dropped.
class FakeStream final : public rt::ByteSource {
  public:
    FakeStream(std::unique_ptr<rt::ByteSource> inner, std::shared_ptr<CallInside> inside,
               rt::Executor* executor, TimePoint deadline)
        : inner_(std::move(inner)),
          inside_(std::move(inside)),
          executor_(executor),
          deadline_(deadline) {}
    rt::Task<rt::Chunk> read() override {
        if (executor_->now() >= deadline_) co_return out_of_time();
        Result<rt::Chunk> chunk = co_await inner_->read();
        co_return chunk;
    }
    std::optional<Result<rt::Chunk>> try_read() override {
        if (executor_->now() >= deadline_) return out_of_time();
        return inner_->try_read();
    }

  private:
    std::unique_ptr<rt::ByteSource> inner_;
    std::shared_ptr<CallInside> inside_;
    rt::Executor* executor_;
    TimePoint deadline_;
};

Result<void> FakeInstance::begin(const rt::CallCtx& ctx) {
    if (executor_->now() >= ctx.deadline) return out_of_time();
    if (closed_ || calls_ >= options_.limits[Limit::concurrent])
        return fail(Errc::failed_precondition, "engine.instance_busy",
                    "the instance takes no call now");
    if (!slot_) {
        if (count_->instances >= count_->instances_max)
            return fail(Errc::exhausted, "engine.pool_full",
                        "all {} instances are in use; try again later", count_->instances_max);
        slot_.emplace(count_);
    }
    ++calls_;
    if (++started_ == options_.limits[Limit::reuse]) closed_ = true;
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
    if (program_->kind == HttpKind::none)
        co_return fail(Errc::unsupported, "engine.no_http_handler",
                       "the component exports no handler of HTTP requests");
    CO_CHECK(begin(ctx));
    CallInside inside(self);
    auto host = std::make_shared<GuestHost>(std::move(ctx), options_.limits, std::move(observer),
                                            tick_, self->started_, wasi_);
    host->set_imports(options_.imports);
    Result<net::HttpResponse> response =
        co_await program_->guest(std::move(host), std::move(request));
    // A guest that trapped or was given up takes no further call.
    if (!response) closed_ = true;
    if (response && response->body)
        response->body = std::make_unique<FakeBody>(std::move(response->body), std::move(inside));
    co_return response;
}

rt::Task<Values> FakeInstance::call(rt::CallCtx ctx, std::uint32_t function, Values arguments,
                                    std::shared_ptr<GuestObserver> observer) {
    const auto self = shared_from_this();
    if (!program_->functions)
        co_return fail(Errc::invalid_argument, "engine.arguments_invalid",
                       "the component exports no function {}", function);
    if (arguments.streams.size() > streams_max)
        co_return fail(Errc::exhausted, "engine.streams_full",
                       "a call or an answer carries at most 128 streams and futures");
    CO_CHECK(begin(ctx));
    CallInside inside(self);
    const auto deadline = ctx.deadline;
    auto host = std::make_shared<GuestHost>(std::move(ctx), options_.limits, std::move(observer),
                                            tick_, self->started_, wasi_);
    host->set_imports(options_.imports);
    const auto bytes = arguments.payload.bytes();
    Result<Carried> result = co_await program_->functions(
        std::move(host), function,
        {.bytes = Bytes(bytes.begin(), bytes.end()), .streams = std::move(arguments.streams)});
    if (result) {
        Values values(Payload::of(std::move(result->bytes)));
        const auto shared = std::make_shared<CallInside>(std::move(inside));
        for (auto& stream : result->streams)
            values.streams.push_back(
                std::make_unique<FakeStream>(std::move(stream), shared, executor_, deadline));
        co_return values;
    }
    // A guest that was not entered is as it was.
    if (result.error().code != Errc::invalid_argument) closed_ = true;
    co_return Failure(std::move(result).error());
}

class FakeComponent final : public Component {
  public:
    FakeComponent(std::shared_ptr<const Program> program, std::shared_ptr<Count> count,
                  Duration tick, engine::WasiContext wasi)
        : program_(std::move(program)),
          count_(std::move(count)),
          tick_(tick),
          wasi_(std::make_shared<const engine::WasiContext>(std::move(wasi))) {}

    HttpKind http_kind() const override { return program_->kind; }
    Result<value::World> describe() const override { return program_->world; }

    Result<std::shared_ptr<Instance>> open(rt::Executor* executor,
                                           InstanceOptions options) const override {
        options.limits = for_kind(options.limits, program_->kind);
        return std::make_shared<FakeInstance>(program_, count_, tick_, executor, std::move(options),
                                              wasi_);
    }

    Result<std::shared_ptr<const Component>> with_context(
        const engine::WasiContext& wasi) const override {
        return std::make_shared<FakeComponent>(program_, count_, tick_, wasi);
    }

    CommandKind command_kind() const override {
        return program_->main ? CommandKind::wasi_0_2 : CommandKind::none;
    }

    rt::Task<int> run_command(rt::CallCtx ctx, Limits limits,
                              std::shared_ptr<GuestObserver> observer) const override {
        const auto program = program_;
        const auto count = count_;
        auto* const executor = (co_await rt::current_context())->executor();
        if (executor->now() >= ctx.deadline) co_return out_of_time();
        if (!program->main)
            co_return fail(Errc::unsupported, "engine.no_command",
                           "the component does not export 'wasi:cli/run'");
        if (count->instances >= count->instances_max)
            co_return fail(Errc::exhausted, "engine.pool_full",
                           "all {} instances are in use; try again later", count->instances_max);
        const Slot slot(count);
        auto host = std::make_shared<GuestHost>(std::move(ctx), limits, std::move(observer), tick_,
                                                1, wasi_);
        Result<int> code = co_await program->main(std::move(host));
        co_return code;
    }

  private:
    std::shared_ptr<const Program> program_;
    std::shared_ptr<Count> count_;
    Duration tick_;
    std::shared_ptr<const engine::WasiContext> wasi_;
};

}  // namespace

Failure out_of_time() {
    return fail(Errc::deadline, "engine.deadline", "the component did not end before its deadline");
}

rt::Task<void> GuestHost::sleep(Duration time) {
    const auto deadline = ctx_.deadline;
    const auto due = (co_await rt::current_context())->executor()->now() + time;
    CO_CHECK(co_await rt::sleep_until(std::min(due, deadline)));
    if (due > deadline) co_return out_of_time();
    co_return ok();
}

rt::Task<void> GuestHost::spin() {
    const auto most = limits_.time(Limit::cpu_time);
    for (Duration used{}; most == Duration{} || used < most; used += tick_)
        CO_CHECK(co_await sleep(tick_));
    co_return fail(Errc::exhausted, "engine.cpu_budget",
                   "the component used up its CPU time; give it more or look for a loop");
}

void GuestHost::print(GuestStream stream, std::string_view text) {
    if (observer_) observer_->on_output(stream, as_bytes(text));
}

void GuestHost::refuse(Refusal what, std::string_view target) {
    if (observer_) observer_->on_refused(what, target);
}

Failure GuestHost::trap(std::string_view message) {
    if (observer_) observer_->on_trap(message, {});
    return fail(Errc::guest_trap, "engine.trap", "the component trapped: {}", message);
}

FakeEngine::FakeEngine(EngineConfig config) : config_(config), count_(std::make_shared<Count>()) {
    count_->instances_max = config_.instances_max;
}

void FakeEngine::add(std::string wasm, Guest guest, HttpKind kind, value::World world) {
    programs_[std::move(wasm)] = std::make_shared<const Program>(
        Program{.guest = std::move(guest), .kind = kind, .world = std::move(world)});
}

void FakeEngine::add(std::string wasm, Main main) {
    programs_[std::move(wasm)] =
        std::make_shared<const Program>(Program{.guest = {}, .main = std::move(main)});
}

void FakeEngine::add(std::string wasm, value::World world, Functions functions) {
    programs_[std::move(wasm)] = std::make_shared<const Program>(
        Program{.guest = {}, .world = std::move(world), .functions = std::move(functions)});
}

Result<std::shared_ptr<const Component>> FakeEngine::compile(BytesView wasm, Imports) {
    {
        std::unique_lock lock(compiling_);
        is_compiling_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !is_held_ || is_stopped_; });
        is_compiling_ = false;
        if (is_stopped_)
            return fail(Errc::cancelled, "engine.compile_stopped",
                        "the component is not compiled to its end");
    }
    const auto found = programs_.find(std::string(as_text(wasm)));
    if (found == programs_.end())
        return fail(Errc::corrupt, "engine.not_wasm",
                    "these bytes are not WebAssembly; give a .wasm file");
    return std::make_shared<FakeComponent>(found->second, count_,
                                           std::chrono::milliseconds(config_.epoch_tick_ms),
                                           engine::WasiContext{});
}

void FakeEngine::stop_compiling() {
    const std::lock_guard lock(compiling_);
    is_stopped_ = true;
    changed_.notify_all();
}

void FakeEngine::hold_compiling() {
    const std::lock_guard lock(compiling_);
    is_held_ = true;
}

void FakeEngine::wait_for_compiling() {
    std::unique_lock lock(compiling_);
    changed_.wait(lock, [this] { return is_compiling_; });
}

EngineStats FakeEngine::stats() const {
    return {.pooling = true,
            .instances = count_->instances,
            .instances_max = count_->instances_max,
            .epoch_yields = count_->yields};
}

}  // namespace weft::engine::fake
