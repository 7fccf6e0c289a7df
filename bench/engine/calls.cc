#include "bench/engine/calls.h"

#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "base/rt/shard.h"
#include "bench/engine/operations.h"
#include "bench/engine/quiet_logging.h"
#include "io/engine/wasmtime/wasmtime_engine.h"
#include "platform/host/component_target.h"
#include "platform/host/shard_host.h"

namespace weft::bench {
namespace {

struct Size {
    const char* name;
    std::uint32_t usual_count;  // So that a batch takes some milliseconds.
    std::uint32_t bytes;
};
constexpr Size sizes[] = {{"64b", 8'000, 64}, {"4k", 6'000, 4U << 10U}, {"1m", 40, 1U << 20U}};
constexpr std::uint32_t small_count = 20'000;

/// Everything the measurements share.
struct Bench {
    const Options* options;
    rt::Shard* shard;
    engine::Engine* engine;
    rt::Executor* other;  // A shard on another thread.
    std::vector<Figure> figures;
};

using ComponentPtr = std::shared_ptr<const engine::Component>;

Result<std::shared_ptr<engine::Instance>> open(const Bench* bench, const ComponentPtr& component,
                                               std::shared_ptr<engine::ImportHandler> imports) {
    return component->open(&*bench->shard, {.limits = {{engine::Limit::reuse, UINT32_MAX},
                                                       {engine::Limit::concurrent, 1}},
                                            .imports = std::move(imports)});
}

/// The imports of one way of answering. Returns once all of it is measured.
rt::Task<void> measure_imports(Bench* bench, ComponentPtr caller, std::string way,
                               std::string flavour,
                               std::shared_ptr<engine::ImportHandler> handler) {
    CO_TRY(const auto instance, open(bench, caller, std::move(handler)));
    const auto name = [&](const char* what) {
        return fmt::format("import.{}.{}.{}", way, what, flavour);
    };
    // Across threads each call takes microseconds.
    const std::uint32_t slower = way == "thread" ? 10 : 1;
    ImportCalls nop(instance.get(), What::nop, 0);
    CO_CHECK(
        co_await measure(bench->options, name("nop"), small_count / slower, &nop, &bench->figures));
    ImportCalls add(instance.get(), What::add, 1);
    CO_CHECK(
        co_await measure(bench->options, name("add"), small_count / slower, &add, &bench->figures));
    for (const auto& size : sizes) {
        ImportCalls echo(instance.get(), What::echo, size.bytes);
        const auto count = size.usual_count > 100 ? size.usual_count / slower : size.usual_count;
        CO_CHECK(co_await measure(bench->options, name(size.name), count, &echo, &bench->figures));
    }
    co_return ok();
}

rt::Task<void> measure_exports(Bench* bench, ComponentPtr service, std::string flavour) {
    CO_TRY(const auto instance, open(bench, service, nullptr));
    const auto name = [&](const char* what) { return fmt::format("export.{}.{}", what, flavour); };
    ExportCalls nop(instance.get(), What::nop, 0);
    CO_CHECK(co_await measure(bench->options, name("nop"), 5'000, &nop, &bench->figures));
    for (const auto& size : sizes) {
        ExportCalls echo(instance.get(), What::echo, size.bytes);
        CO_CHECK(co_await measure(bench->options, name(size.name), size.usual_count, &echo,
                                  &bench->figures));
    }
    Instantiations instantiations(service.get(), bench->shard);
    CO_CHECK(co_await measure(bench->options, "instantiate." + flavour, 400, &instantiations,
                              &bench->figures));
    co_return ok();
}

rt::Task<void> measure_joined(Bench* bench, ComponentPtr caller, ComponentPtr service,
                              std::string flavour) {
    CO_TRY(const auto callee, open(bench, service, nullptr));
    rt::Scope calls(bench->shard);
    const auto handler = std::make_shared<Joined>(bench->shard, &calls, callee.get());
    CO_TRY(const auto instance, open(bench, caller, handler));
    const auto name = [&](const char* what) { return fmt::format("guest.{}.{}", what, flavour); };
    JoinedCalls nop(instance.get(), handler.get(), What::nop, 0);
    Result<void> measured =
        co_await measure(bench->options, name("nop"), small_count / 4, &nop, &bench->figures);
    for (const auto& size : sizes) {
        if (!measured) break;
        JoinedCalls echo(instance.get(), handler.get(), What::echo, size.bytes);
        measured = co_await measure(bench->options, name(size.name), size.usual_count, &echo,
                                    &bench->figures);
    }
    co_await calls.close();
    co_return measured;
}

/// What a host does for a call from one component to another: a table, a link, admission, a pool, a
/// line of the log that nobody wants.
class LinkedGuests {
  public:
    LinkedGuests(Bench* bench, const ComponentPtr& service)
        : bench_(bench), host_(bench->shard, {.shards = 1}, &logging_.shared) {
        host::ComponentSettings settings;
        settings.id = "service";
        settings.limits = {{engine::Limit::reuse, 1'000'000}};
        const auto shared = host::SharedLimits::of(settings.limits, service->http_kind(), 1);
        host_.put(std::move(settings), service, shared);
    }

    Result<std::shared_ptr<engine::Instance>> open_caller(const ComponentPtr& caller) {
        TRY(const auto world, caller->describe());
        std::vector<host::ImportTable::Interface> rows;
        for (const auto& interface : world.imports)
            rows.push_back(
                {.name = interface.name,
                 .routes = {{"default", std::make_shared<host::ComponentTarget>(
                                            &host_,
                                            capability::LinkKey{"caller", "service", "default",
                                                                "bench", "engine"},
                                            interface)}},
                 .unlinked = {},
                 .own = {}});
        imports_ = std::make_shared<host::ComponentImports>(host::ComponentImports{
            "caller", std::make_shared<host::ImportTable>(world, std::move(rows)), &logging_.shared,
            bench_->shard});
        return open(bench_, caller, std::make_shared<host::ImportDispatch>(imports_));
    }
    rt::Task<void> stop() { return host_.stop(); }

  private:
    Bench* bench_;
    QuietLogging logging_;
    host::ShardHost host_;
    std::shared_ptr<host::ComponentImports> imports_;
};

rt::Task<void> measure_linked(Bench* bench, ComponentPtr caller, ComponentPtr service,
                              std::string flavour) {
    LinkedGuests guests(bench, service);
    CO_TRY(const auto instance, guests.open_caller(caller));
    const auto name = [&](const char* what) { return fmt::format("linked.{}.{}", what, flavour); };
    ImportCalls nop(instance.get(), What::nop, 0);
    Result<void> measured =
        co_await measure(bench->options, name("nop"), small_count / 4, &nop, &bench->figures);
    for (const auto& size : sizes) {
        if (!measured) break;
        ImportCalls echo(instance.get(), What::echo, size.bytes);
        measured = co_await measure(bench->options, name(size.name), size.usual_count, &echo,
                                    &bench->figures);
    }
    CO_CHECK(co_await guests.stop());
    co_return measured;
}

rt::Task<void> measure_flavour(Bench* bench, std::string flavour) {
    const auto& folder = bench->options->guests;
    CO_TRY(const auto caller, load_guest(bench->engine, folder, "caller", flavour));
    CO_TRY(const auto service, load_guest(bench->engine, folder, "service", flavour));
    CO_CHECK(
        co_await measure_imports(bench, caller, "inline", flavour, std::make_shared<Inline>()));
    CO_CHECK(co_await measure_imports(bench, caller, "posted", flavour,
                                      std::make_shared<Posted>(bench->shard)));
    CO_CHECK(co_await measure_imports(bench, caller, "thread", flavour,
                                      std::make_shared<Posted>(bench->other)));
    CO_CHECK(co_await measure_exports(bench, service, flavour));
    CO_CHECK(co_await measure_joined(bench, caller, service, flavour));
    CO_CHECK(co_await measure_linked(bench, caller, service, flavour));
    co_return ok();
}

rt::Task<void> measure_all(Bench* bench, Result<void>* outcome) {
    for (const char* flavour : {"plain", "concurrent"}) {
        *outcome = co_await measure_flavour(bench, flavour);
        if (!*outcome) break;
    }
    bench->shard->stop();
    co_return ok();
}

}  // namespace

Result<void> measure_calls(const Options& options) {
    TRY(const auto engine, engine::wasmtime::make_engine({}));
    rt::ShardThread other(1);
    rt::Shard shard(0);
    Bench bench{.options = &options,
                .shard = &shard,
                .engine = engine.get(),
                .other = &other.shard(),
                .figures = {}};
    rt::Scope scope(&shard);
    Result<void> outcome = ok();
    shard.post(
        [&] { WEFT_ASSERT(scope.spawn(measure_all(&bench, &outcome)), "a new scope is open"); });
    shard.run();
    CHECK(std::move(outcome));
    fmt::print("{{\"pooling\":{},\"figures\":{}}}\n", engine->stats().pooling,
               to_json(bench.figures));
    return ok();
}

}  // namespace weft::bench
