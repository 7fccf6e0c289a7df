#include "io/engine/wasmtime/wasmtime_engine.h"

#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/instance.h"
#include "io/engine/wasmtime/runtime.h"

namespace weft::engine::wasmtime {
namespace {

class WasmtimeComponent final : public Component {
  public:
    explicit WasmtimeComponent(ComponentHandle component) : component_(std::move(component)) {}

    HttpKind http_kind() const override {
        switch (we_component_http(component_.get())) {
            case 2: return HttpKind::in_turn;
            case 3: return HttpKind::together;
            default: return HttpKind::none;
        }
    }

    Result<std::shared_ptr<Instance>> open(rt::Executor* executor,
                                           InstanceOptions options) const override {
        if (http_kind() != HttpKind::together) options.concurrent_max = 1;
        return WasmtimeInstance::open(component_.get(), executor, options);
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
    TRY(auto engine, make<EngineHandle>([&](we_engine** out, we_error** error) {
            return we_engine_new(&raw, out, error);
        }));
    return std::make_shared<WasmtimeEngine>(std::move(engine), config.instances_max);
}

}  // namespace weft::engine::wasmtime
