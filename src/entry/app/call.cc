#include "entry/app/call.h"

#include <cstdio>
#include <utility>

#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "entry/app/trust.h"
#include "io/engine/wasmtime/wasmtime_engine.h"
#include "platform/control/admit.h"

namespace weft::app {
namespace {

/// Passes on what a guest prints.
class PrintingObserver final : public engine::GuestObserver {
  public:
    void on_output(engine::GuestStream stream, BytesView bytes) override {
        std::FILE* const file = stream == engine::GuestStream::out ? stdout : stderr;
        std::fwrite(bytes.data(), 1, bytes.size(), file);
    }
    void on_trap(std::string_view, std::string_view backtrace) override {
        std::fprintf(stderr, "%.*s\n", static_cast<int>(backtrace.size()), backtrace.data());
    }
    void on_refused(engine::Refusal, std::string_view target) override {
        std::fprintf(stderr, "refused: an HTTP request of the component to '%.*s'\n",
                     static_cast<int>(target.size()), target.data());
    }
};

/// One call of one new instance, and the shard on which it runs.
struct Run {
    rt::Shard shard{0};
    Result<Bytes> outcome = Bytes();
    rt::Scope scope{&shard};
};

rt::Task<void> call_once(Run* run, std::shared_ptr<const engine::Component> component,
                         std::uint32_t function, Bytes arguments) {
    auto opened = component->open(&run->shard, {.limits = {}});
    if (opened) {
        Result<engine::Values> result =
            co_await (*opened)->call({}, function, engine::Payload::of(std::move(arguments)),
                                     std::make_shared<PrintingObserver>());
        if (result)
            run->outcome = Bytes(result->payload.bytes().begin(), result->payload.bytes().end());
        else
            run->outcome = Failure(std::move(result).error());
    } else {
        run->outcome = Failure(std::move(opened).error());
    }
    run->shard.stop();
    co_return ok();
}

class EngineCallee final : public cli::Callee {
  public:
    EngineCallee(std::shared_ptr<engine::Engine> engine,
                 std::shared_ptr<const engine::Component> component, value::World world)
        : engine_(std::move(engine)), component_(std::move(component)), world_(std::move(world)) {}

    const value::World& world() const override { return world_; }

    Result<Bytes> call(cli::ExportedFunction which, Bytes arguments) override {
        std::size_t function = which.function;
        for (std::size_t at = 0; at < which.interface; ++at)
            function += world_.exports[at].functions.size();
        Run run;
        run.shard.post([&, this]() mutable {
            WEFT_ASSERT(
                run.scope.spawn(call_once(&run, component_, static_cast<std::uint32_t>(function),
                                          std::move(arguments))),
                "a new scope is open");
        });
        run.shard.run();
        return std::move(run.outcome);
    }

  private:
    std::shared_ptr<engine::Engine> engine_;
    std::shared_ptr<const engine::Component> component_;
    value::World world_;
};

Result<Bytes> read_admitted(const cli::CallOptions& options) {
    TRY(const auto policy, load_trust(options.trust));
    const SystemWallClock clock;
    TRY(auto admitted,
        control::read_admitted({.id = options.file.substr(options.file.rfind('/') + 1),
                                .path = options.file,
                                .limits = {},
                                .wasi = {},
                                .may_be_unsigned = options.allow_unsigned},
                               policy, clock.now_unix_s()));
    if (!admitted.verdict.is_signed())
        std::fprintf(stderr, "weft: '%s' is not signed and runs all the same (--unsigned)\n",
                     options.file.c_str());
    return std::move(admitted.code);
}

}  // namespace

Result<std::unique_ptr<cli::Callee>> open_callee(const cli::CallOptions& options) {
    TRY(const auto code, read_admitted(options));
    TRY(auto engine, engine::wasmtime::make_engine({.instances_max = 4}));
    TRY(auto component, engine->compile(code).context("'{}'", options.file));
    TRY(auto world, component->describe().context("'{}'", options.file));
    return std::make_unique<EngineCallee>(std::move(engine), std::move(component),
                                          std::move(world));
}

}  // namespace weft::app
