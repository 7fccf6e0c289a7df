#include "entry/app/call.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "entry/app/compile_options.h"
#include "entry/cli/console.h"
#include "entry/cli/trust_options.h"
#include "platform/control/admit.h"

namespace weft::app {
namespace {

/// One runs at a time; the next may begin while the last one is taken down.
constexpr std::uint32_t instances_max = 4;

/// Passes on what a guest prints, and tells of its trap and of what it was refused.
class PrintingObserver final : public engine::GuestObserver {
  public:
    explicit PrintingObserver(const cli::Console* console) : console_(console) {}
    void on_output(engine::GuestStream stream, BytesView bytes) override {
        std::FILE* const file = stream == engine::GuestStream::out ? stdout : stderr;
        std::fwrite(bytes.data(), 1, bytes.size(), file);
    }
    void on_trap(std::string_view, std::string_view backtrace) override {
        console_->explain(backtrace);
    }
    void on_refused(engine::Refusal, std::string_view target) override {
        console_->warn("call.outgoing_http_refused",
                       fmt::format("the component was refused an HTTP request to '{}'", target));
    }

  private:
    const cli::Console* console_;  // Outlives the call.
};

/// One call of one new instance, and the shard on which it runs.
struct Run {
    rt::Shard shard{0};
    Result<Bytes> outcome = Bytes();
    rt::Scope scope{&shard};
};

rt::Task<Bytes> call_in(std::shared_ptr<engine::Instance> instance, rt::CallCtx ctx,
                        std::uint32_t function, engine::Payload arguments,
                        std::shared_ptr<engine::GuestObserver> observer) {
    CO_TRY(const auto result, co_await instance->call(std::move(ctx), function,
                                                      std::move(arguments), std::move(observer)));
    const auto bytes = result.payload.bytes();
    co_return Bytes(bytes.begin(), bytes.end());
}

rt::Task<void> call_to_end(Run* run, rt::Task<Bytes> call) {
    run->outcome = co_await std::move(call);
    run->shard.stop();
    co_return ok();
}

class EngineCallee final : public cli::Callee {
  public:
    EngineCallee(std::shared_ptr<engine::Engine> engine,
                 std::shared_ptr<const engine::Component> component, value::World world,
                 const engine::Limits& limits, const cli::Console* console)
        : engine_(std::move(engine)),
          component_(std::move(component)),
          world_(std::move(world)),
          limits_(limits),
          console_(console) {}

    const value::World& world() const override { return world_; }

    Result<Bytes> call(cli::ExportedFunction which, Bytes arguments) override {
        std::size_t function = which.function;
        for (std::size_t at = 0; at < which.interface; ++at)
            function += world_.exports[at].functions.size();
        Run run;
        TRY(auto instance, component_->open(&run.shard, {.limits = limits_}));
        rt::CallCtx ctx;
        ctx.deadline = run.shard.now() + limits_.time(engine::Limit::deadline);
        auto call =
            call_in(std::move(instance), std::move(ctx), static_cast<std::uint32_t>(function),
                    engine::Payload::of(std::move(arguments)),
                    std::make_shared<PrintingObserver>(console_));
        run.shard.post([&] {
            WEFT_ASSERT(run.scope.spawn(call_to_end(&run, std::move(call))), "a new scope is open");
        });
        run.shard.run();
        return std::move(run.outcome);
    }

  private:
    std::shared_ptr<engine::Engine> engine_;
    std::shared_ptr<const engine::Component> component_;
    value::World world_;
    engine::Limits limits_;
    const cli::Console* console_;
};

}  // namespace

Result<std::unique_ptr<cli::Callee>> open_callee(const cli::GuestOptions& options,
                                                 const cli::CodeCheck& check,
                                                 const cli::Console& console) {
    const auto& guest = options.guest;
    TRY(const auto policy, cli::load_trust(options.trust));
    TRY(const auto admitted,
        control::read_admitted(guest, policy, console.environment().clock->now_unix_s()));
    CHECK(check(admitted.code));
    if (!admitted.verdict.is_signed())
        console.warn("call.unsigned",
                     fmt::format("'{}' is not signed: nobody vouches for it", guest.path));
    TRY(auto engine, make_guest_engine(options, instances_max));
    TRY(const auto code, engine->compile(admitted.code).context("'{}'", guest.path));
    TRY(auto world, code->describe().context("'{}'", guest.path));
    TRY(auto component, code->with_context(guest.wasi));
    return std::make_unique<EngineCallee>(std::move(engine), std::move(component), std::move(world),
                                          guest.limits, &console);
}

}  // namespace weft::app
