#include "io/engine/wasmtime/module.h"

#include "io/engine/wasmtime/call/program.h"
#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/make_wasi_context.h"

namespace weft::engine::wasmtime {
namespace {

class WasmtimeModule final : public Component {
  public:
    WasmtimeModule(std::shared_ptr<const we_module> module,
                   std::shared_ptr<const we_wasi_context> context)
        : module_(std::move(module)), context_(std::move(context)) {}

    HttpKind http_kind() const override { return HttpKind::none; }

    /// Its functions have no types that a caller could go by.
    Result<value::World> describe() const override { return value::World{}; }

    Result<std::shared_ptr<Instance>> open(rt::Executor*, InstanceOptions) const override {
        return fail(Errc::unsupported, "engine.no_http_handler",
                    "a core module exports no handler of HTTP requests");
    }

    Result<std::shared_ptr<const Component>> with_context(
        const WasiContext& context) const override {
        TRY(auto made, make_wasi_context(context));
        return std::make_shared<WasmtimeModule>(module_, std::move(made));
    }

    CommandKind command_kind() const override {
        return we_module_is_command(module_.get()) != 0 ? CommandKind::preview_1
                                                        : CommandKind::none;
    }

    rt::Task<int> run_command(rt::CallCtx ctx, Limits limits,
                              std::shared_ptr<GuestObserver> observer) const override {
        return Program::run(
            [module = module_](const we_instance_options* options, const we_command_sink* sink,
                               we_task** out, we_error** error) {
                return we_module_start(module.get(), options, sink, out, error);
            },
            std::move(ctx), limits, {std::move(observer), context_});
    }

  private:
    std::shared_ptr<const we_module> module_;
    std::shared_ptr<const we_wasi_context> context_;  // Null: the empty one.
};

}  // namespace

bool is_core_module(BytesView wasm) {
    // Magic, then two bytes of version and two of layer. Source: the component model's binary
    // format.
    return wasm.size() >= 8 && as_text(wasm).starts_with(std::string_view("\0asm", 4)) &&
           wasm[6] == 0 && wasm[7] == 0;
}

Result<std::shared_ptr<const Component>> load_module(const we_engine* engine,
                                                     const code_cache::Entry& code,
                                                     Engine::Imports) {
    TRY(auto module, make<ModuleHandle>([&](we_module** out, we_error** error) {
            return we_module_load(engine, code.file.get(), code.bytes, out, error);
        }));
    return std::make_shared<WasmtimeModule>(std::move(module), nullptr);
}

}  // namespace weft::engine::wasmtime
