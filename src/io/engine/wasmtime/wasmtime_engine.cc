#include "io/engine/wasmtime/wasmtime_engine.h"

#include "io/engine/wasmtime/call.h"
#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/runtime.h"

namespace weft::engine::wasmtime {
namespace {

/// The content of a response while its call lives.
class CallBody final : public rt::ByteSource {
  public:
    explicit CallBody(CallReader reader) : reader_(std::move(reader)) {}

    rt::Task<rt::Chunk> read() override {
        const auto call = reader_.call();
        while (true) {
            if (auto chunk = call->take_chunk()) co_return std::move(*chunk);
            CO_CHECK(co_await Call::wait(call));
        }
    }
    std::optional<Result<rt::Chunk>> try_read() override { return reader_.call()->take_chunk(); }

  private:
    CallReader reader_;
};

Result<void> check(const CallLimits& limits) {
    if (limits.memory_bytes_max == 0 || limits.table_elements_max == 0 || limits.handles_max == 0)
        return fail(Errc::invalid_argument, "engine.limits_invalid",
                    "a call's limits of memory, table elements and handles must not be 0");
    return ok();
}

class WasmtimeComponent final : public Component {
  public:
    explicit WasmtimeComponent(ComponentHandle component) : component_(std::move(component)) {}

    bool handles_http() const override { return we_component_handles_http(component_.get()) != 0; }

    rt::Task<net::HttpResponse> handle_http(
        rt::CallCtx ctx, net::HttpRequest request, CallLimits limits,
        std::shared_ptr<GuestObserver> observer) const override {
        auto* executor = (co_await rt::current_context())->executor();
        CO_CHECK(ctx.check_time(executor->now()));
        CO_CHECK(check(limits));
        CO_TRY(auto call, Call::start(component_.get(), std::move(request),
                                      {executor, ctx.deadline, limits, std::move(observer)}));
        CallReader reader(call);
        auto& response = call->response();
        while (!response.has_head() && !response.has_ended()) CO_CHECK(co_await Call::wait(call));
        if (!response.has_head()) co_return response.failure();
        auto head = response.take_head();
        if (!response.is_delivered()) head.body = std::make_unique<CallBody>(std::move(reader));
        co_return head;
    }

  private:
    ComponentHandle component_;
};

class WasmtimeEngine final : public Engine {
  public:
    WasmtimeEngine(EngineHandle engine, std::uint64_t instances_max)
        : engine_(std::move(engine)), instances_max_(instances_max) {}

    Result<std::shared_ptr<const Component>> compile(BytesView wasm) override {
        TRY(auto component, make<ComponentHandle>([&](we_component** out, we_error** error) {
                return we_component_new(engine_.get(), borrow(wasm), out, error);
            }));
        return std::make_shared<WasmtimeComponent>(std::move(component));
    }

    EngineStats stats() const override {
        auto metrics = sized<we_metrics>();
        we_engine_metrics(engine_.get(), &metrics);
        return {.pooling = metrics.pooling != 0,
                .instances = metrics.instances,
                .instances_max = instances_max_,
                .epoch_yields = metrics.epoch_yields};
    }

  private:
    EngineHandle engine_;
    std::uint64_t instances_max_;
};

}  // namespace

Result<std::shared_ptr<Engine>> make_engine(const EngineConfig& config) {
    CHECK(ensure_runtime());
    auto raw = sized<we_engine_config>();
    raw.instances_max = config.instances_max;
    raw.epoch_tick_ms = config.epoch_tick_ms;
    raw.memory_bytes_max = config.memory_bytes_max;
    raw.keep_resident_bytes = config.keep_resident_bytes;
    raw.allocation = WE_ALLOC_POOL_IF_POSSIBLE;
    raw.concurrency = 0;  // Only 0.2 is served: docs/adr/0022-no-event-loop-for-0.2.md.
    TRY(auto engine, make<EngineHandle>([&](we_engine** out, we_error** error) {
            return we_engine_new(&raw, out, error);
        }));
    return std::make_shared<WasmtimeEngine>(std::move(engine), config.instances_max);
}

}  // namespace weft::engine::wasmtime
