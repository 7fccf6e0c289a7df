#include "io/engine/wasmtime/wasmtime_engine.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "base/value/world_json.h"
#include "io/engine/wasmtime/call/instance.h"
#include "io/engine/wasmtime/call/program.h"
#include "io/engine/wasmtime/compile/code_source.h"
#include "io/engine/wasmtime/compile/compiler.h"
#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/make_wasi_context.h"
#include "io/engine/wasmtime/module.h"
#include "io/engine/wasmtime/reset_probe.h"
#include "io/engine/wasmtime/runtime.h"

namespace weft::engine::wasmtime {
namespace {

class WasmtimeComponent final : public Component {
  public:
    WasmtimeComponent(std::shared_ptr<const we_component> component,
                      std::shared_ptr<const we_wasi_context> context)
        : component_(std::move(component)), context_(std::move(context)) {}

    HttpKind http_kind() const override {
        switch (we_component_http(component_.get())) {
            case 2: return HttpKind::sequential;
            case 3: return HttpKind::concurrent;
            default: return HttpKind::none;
        }
    }

    Result<value::World> describe() const override {
        we_buf text{};
        we_error* error = nullptr;
        const we_status status = we_component_describe(component_.get(), &text, &error);
        const ErrorHandle owned(error);
        if (status != WE_OK) return failure_of(error);
        const auto json = take(text);
        return value::read_world(as_text(json.bytes()));
    }

    Result<std::shared_ptr<Instance>> open(rt::Executor* executor,
                                           InstanceOptions options) const override {
        options.limits = for_kind(options.limits, http_kind());
        return WasmtimeInstance::open(component_.get(), context_.get(), executor, options);
    }

    Result<std::shared_ptr<const Component>> with_context(
        const WasiContext& context) const override {
        TRY(auto made, make_wasi_context(context));
        return std::make_shared<WasmtimeComponent>(component_, std::move(made));
    }

    CommandKind command_kind() const override {
        switch (we_component_command(component_.get())) {
            case 2: return CommandKind::wasi_0_2;
            case 3: return CommandKind::wasi_0_3;
            default: return CommandKind::none;
        }
    }

    rt::Task<int> run_command(rt::CallCtx ctx, Limits limits,
                              std::shared_ptr<GuestObserver> observer) const override {
        return Program::run(
            [component = component_](const we_instance_options* options,
                                     const we_command_sink* sink, we_task** out, we_error** error) {
                return we_command_start(component.get(), options, sink, out, error);
            },
            std::move(ctx), limits, {std::move(observer), context_});
    }

  private:
    std::shared_ptr<const we_component> component_;
    std::shared_ptr<const we_wasi_context> context_;  // Null: the empty one.
};

Result<std::shared_ptr<const Component>> load_component(const we_engine* engine,
                                                        const code_cache::Entry& code,
                                                        Engine::Imports imports) {
    const auto whose = imports == Engine::Imports::handler ? WE_IMPORTS_CALLER : WE_IMPORTS_NOBODY;
    TRY(auto component, make<ComponentHandle>([&](we_component** out, we_error** error) {
            return we_component_load(engine, code.file.get(), code.bytes, whose, out, error);
        }));
    return std::make_shared<WasmtimeComponent>(std::move(component), nullptr);
}

class WasmtimeEngine final : public Engine {
  public:
    /// `setup` is what of the figures never changes.
    WasmtimeEngine(EngineHandle engine, EngineStats setup, Descriptor stop, CodeSource code)
        : engine_(std::move(engine)),
          setup_(std::move(setup)),
          stop_(std::move(stop)),
          code_(std::move(code)) {}

    using Engine::compile;
    Result<std::shared_ptr<const Component>> compile(BytesView wasm, Imports imports) override {
        const auto load = is_core_module(wasm) ? load_module : load_component;
        std::shared_ptr<const Component> component;
        CHECK(code_.load(wasm, [&](const code_cache::Entry& code) -> Result<void> {
            TRY(component, load(engine_.get(), code, imports));
            return ok();
        }));
        return component;
    }

    void stop_compiling() override {
        const std::uint64_t one = 1;
        // Cannot fail but where the counter is full, and then it can be read.
        [[maybe_unused]] const auto wrote = ::write(stop_.get(), &one, sizeof one);
    }

    EngineStats stats() const override {
        auto metrics = sized<we_metrics>();
        we_engine_metrics(engine_.get(), &metrics);
        auto stats = setup_;
        stats.pooling = metrics.pooling != 0;
        stats.pooling_refusal = text(metrics.pool_refusal);
        stats.instances = metrics.instances;
        stats.epoch_yields = metrics.epoch_yields;
        return stats;
    }

  private:
    EngineHandle engine_;
    EngineStats setup_;
    Descriptor stop_;  // An eventfd that nobody reads.
    CodeSource code_;
};

std::unique_ptr<code_cache::CodeCache> open_cache(const CompileOptions& options) {
    if (!options.cache) return nullptr;
    auto cache = code_cache::CodeCache::open(*options.cache, options.log,
                                             options.registry != nullptr
                                                 ? code_cache::Probe::in(*options.registry)
                                                 : code_cache::Probe());
    if (cache) return std::move(*cache);
    options.log.warn("code_cache.directory_refused", obs::kv("reason", cache.error().message),
                     obs::kv("slug", cache.error().slug.text()));
    return nullptr;
}

/// Says begin and end of what may take a while.
Result<code_cache::Entry> compile_and_tell(const Compiler& compiler, const CompileOptions& options,
                                           BytesView wasm) {
    if (options.clock == nullptr) return compiler.compile(wasm);
    const auto& log = options.log;
    log.info("engine.compile_started", obs::kv("bytes", wasm.size()));
    const auto begin = options.clock->now();
    auto code = compiler.compile(wasm);
    const std::chrono::duration<double, std::milli> took = options.clock->now() - begin;
    if (code)
        log.info("engine.code_compiled", obs::kv("bytes", wasm.size()),
                 obs::kv("code_bytes", code->bytes), obs::kv("ms", took.count()));
    else
        log.warn("engine.compile_failed", obs::kv("bytes", wasm.size()),
                 obs::kv("ms", took.count()), obs::kv("slug", code.error().slug.text()),
                 obs::kv("reason", code.error().message));
    return code;
}

/// Address space that this process has reserved, used or not; 0 when nobody says.
std::uint64_t address_space_bytes() {
    std::ifstream sizes("/proc/self/statm");
    std::uint64_t pages = 0;
    sizes >> pages;
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Result<Bytes> fingerprint_of(const we_engine* engine) {
    we_buf bytes{};
    we_error* error = nullptr;
    const we_status status = we_engine_fingerprint(engine, &bytes, &error);
    const ErrorHandle owned(error);
    if (status != WE_OK) return failure_of(error);
    const auto fingerprint = take(bytes);
    return Bytes(fingerprint.bytes().begin(), fingerprint.bytes().end());
}

}  // namespace

Result<std::shared_ptr<Engine>> make_engine(const EngineConfig& config,
                                            const CompileOptions& compile) {
    CHECK(ensure_runtime());
    auto raw = sized<we_engine_config>();
    raw.instances_max = config.instances_max;
    raw.epoch_tick_ms = config.epoch_tick_ms;
    raw.memory_bytes_max = config.memory_bytes_max;
    raw.keep_resident_bytes = config.keep_resident_bytes;
    raw.table_elements_max = config.table_elements_max;
    raw.allocation = config.pooled ? WE_ALLOC_POOL_IF_POSSIBLE : WE_ALLOC_ON_DEMAND;
    const auto choice = probe_reset();
    raw.reset = choice.reset == MemoryReset::resident_pages ? WE_RESET_WRITTEN : WE_RESET_DISCARD;
    const auto before = address_space_bytes();
    TRY(auto engine, make<EngineHandle>([&](we_engine** out, we_error** error) {
            return we_engine_new(&raw, out, error);
        }));
    EngineStats setup;
    setup.instances_max = config.instances_max;
    setup.memory_bytes_max = config.memory_bytes_max;
    setup.reset = choice.reset;
    setup.reset_reason = choice.reason;
    const auto after = address_space_bytes();
    setup.reserved_bytes = after > before ? after - before : 0;
    TRY(const auto fingerprint, fingerprint_of(engine.get()));
    Descriptor stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stop)
        return fail(Errc::unavailable, "app.no_descriptor",
                    "the process has no file descriptors left; raise the limit");
    const Compiler compiler(raw, compile.worker, compile.limits, stop.get());
    CodeSource code(open_cache(compile), fingerprint, [compiler, compile](BytesView wasm) {
        return compile_and_tell(compiler, compile, wasm);
    });
    return std::make_shared<WasmtimeEngine>(std::move(engine), std::move(setup), std::move(stop),
                                            std::move(code));
}

}  // namespace weft::engine::wasmtime
