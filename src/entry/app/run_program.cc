#include "entry/app/run_program.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/codec/component_interface.h"
#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "entry/app/compile_options.h"
#include "entry/cli/trust_options.h"
#include "platform/control/admit.h"

namespace weft::app {
namespace {

using engine::Limit;

/// A program has its process to itself, so it may hand over more at once than one of many.
constexpr std::uint64_t host_data_bytes = 128U << 20U;
constexpr std::uint64_t random_bytes = 16U << 20U;

/// A program has nothing to put in order and may be inside a call that blocks, so whatever it does,
/// the process ends. Writing to a pipe that nobody reads is the program's own error.
void end_on_signals() {
    struct sigaction action{};
    action.sa_flags = SA_ONSTACK;
    action.sa_handler = [](int number) { ::_exit(128 + number); };
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

/// What the program says goes to the process's own streams; what is left is the story of its trap
/// and, unless it shall be quiet, the first request that it was refused.
class ConsoleObserver final : public engine::GuestObserver {
  public:
    ConsoleObserver(const cli::Console* console, bool quiet) : console_(console), told_(quiet) {}
    void on_output(engine::GuestStream, BytesView) override {}
    void on_trap(std::string_view, std::string_view backtrace) override {
        console_->explain(backtrace);
    }
    void on_refused(engine::Refusal, std::string_view target) override {
        if (std::exchange(told_, true)) return;
        console_->warn("run.outgoing_http_refused",
                       fmt::format("the program was refused an HTTP request to '{}': no capability "
                                   "of this version sends any; with --allow-net it may use sockets",
                                   target));
    }

  private:
    const cli::Console* console_;  // Owned by the command; outlives the run.
    bool told_;
};

Failure not_program(const std::string& path, bool answers_http) {
    if (answers_http)
        return fail(Errc::unsupported, "app.not_program",
                    "'{}' answers HTTP and is not a program; serve it with 'weft serve'", path);
    return fail(Errc::unsupported, "app.not_program",
                "'{}' is not a program: it exports neither wasi:cli/run nor _start", path);
}

/// Looks at what the binary exports, before its code is compiled, which takes long. What cannot be
/// read, or exports nothing, is left to the engine.
Result<void> check_exports(BytesView code, const std::string& path) {
    const auto interface = codec::read_interface(code);
    if (!interface || interface->exports.empty()) return ok();
    const auto has = [&interface](std::string_view prefix) {
        return std::ranges::any_of(interface->exports, [prefix](const codec::ExternExport& one) {
            return one.name.starts_with(prefix);
        });
    };
    if (has("wasi:cli/run") || has("_start")) return ok();
    return not_program(path, has("wasi:http/"));
}

Result<void> check_is_program(const engine::Component& code, const std::string& path) {
    if (code.command_kind() != engine::CommandKind::none) return ok();
    return not_program(path, code.http_kind() != engine::HttpKind::none);
}

/// What is run, and how.
struct RunRequest {
    std::shared_ptr<const engine::Component> program;
    rt::CallCtx ctx;
    engine::Limits limits;
    std::shared_ptr<engine::GuestObserver> observer;
};

rt::Task<void> run_to_end(RunRequest request, rt::Shard* shard, Result<int>* outcome) {
    *outcome = co_await request.program->run_command(std::move(request.ctx), request.limits,
                                                     std::move(request.observer));
    shard->stop();
    co_return ok();
}

}  // namespace

Result<int> run_code(engine::Engine* engine, BytesView code, const cli::RunOptions& options,
                     const cli::Console& console) {
    const auto& guest = options.guest;
    const auto& limits = guest.limits;
    TRY(const auto compiled, engine->compile(code).context("'{}'", guest.path));
    CHECK(check_is_program(*compiled, guest.path));
    TRY(const auto program, compiled->with_context(guest.wasi));
    rt::Shard shard(0);
    rt::Scope scope(&shard);
    Result<int> outcome = 0;
    rt::CallCtx ctx;
    if (limits.is_set(Limit::deadline)) ctx.deadline = shard.now() + limits.time(Limit::deadline);
    shard.post([&] {
        auto run = run_to_end(
            {program, ctx, limits, std::make_shared<ConsoleObserver>(&console, options.quiet)},
            &shard, &outcome);
        WEFT_ASSERT(scope.spawn(std::move(run)), "a new scope is open");
    });
    shard.run();
    return outcome;
}

Result<int> run_program(cli::RunOptions options, const cli::Console& console) {
    end_on_signals();
    const auto& guest = options.guest;
    TRY(const auto policy, cli::load_trust(options.trust));
    const auto now = console.environment().clock->now_unix_s();
    TRY(const auto admitted, control::read_admitted(guest, policy, now));
    CHECK(check_exports(admitted.code, guest.path));
    if (!admitted.verdict.is_signed() && !options.quiet)
        console.warn("run.unsigned",
                     fmt::format("'{}' is not signed: nobody vouches for it", guest.path));
    auto& limits = options.guest.limits;
    if (!limits.is_set(Limit::memory))
        limits.set(Limit::memory, engine::EngineConfig().memory_bytes_max);
    limits.set(Limit::host_data, host_data_bytes);
    limits.set(Limit::random, random_bytes);
    limits.set(Limit::table_elements, engine::row_of(Limit::table_elements).most);
    TRY(const auto engine, make_guest_engine(options, 1));
    return run_code(engine.get(), admitted.code, options, console);
}

}  // namespace weft::app
