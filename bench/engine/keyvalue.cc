#include "bench/engine/keyvalue.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/rt/shard.h"
#include "bench/engine/guests.h"
#include "bench/engine/quiet_logging.h"
#include "io/engine/wasmtime/wasmtime_engine.h"
#include "platform/host/import_dispatch.h"
#include "platform/providers/keyvalue/provider.h"

namespace weft::bench {
namespace {

enum class Access : std::uint8_t { get = 0, set = 1 };  // As the guest's first argument.

/// A way of keeping values, and how many operations take some milliseconds.
struct Kept {
    const char* name;
    capability::Config settings;
    std::uint32_t gets;
    std::uint32_t sets;
};

std::vector<Kept> ways() {
    return {{"memory", {{"backend", "memory"}}, 8'000, 8'000},
            {"relaxed", {{"backend", "sqlite"}}, 500, 250},
            {"full", {{"backend", "sqlite"}, {"durability", "full"}}, 500, 8}};
}

constexpr std::pair<const char*, std::uint32_t> sizes[] = {{"64b", 64}, {"4k", 4U << 10U}};

/// What the host has between a component and its values: a table of imports, a link, the built-in
/// provider. `stop` comes before the end.
class LinkedStore {
  public:
    LinkedStore(rt::Shard* shard, std::string folder)
        : shard_(shard), scope_(shard), provider_(context(std::move(folder))) {}

    /// Opens the guest with a link to a provider of these settings.
    rt::Task<std::shared_ptr<engine::Instance>> open(std::shared_ptr<const engine::Component> guest,
                                                     std::string name,
                                                     capability::Config settings) {
        capability::Link link{.source = "guest",
                              .target = std::move(name),
                              .ns = "wasi",
                              .package = "keyvalue",
                              .interfaces = {"store"},
                              .source_config = {},
                              .target_config = std::move(settings),
                              .provider = "keyvalue",
                              .is_answered_by_provider = true,
                              .provider_config = {}};
        const auto key = link.key();
        CO_CHECK(co_await provider_.change_links({.put = {std::move(link)}, .taken = {}}));
        CO_TRY(const auto world, guest->describe());
        std::vector<host::ImportTable::Interface> rows;
        for (const auto& interface : world.imports) {
            CO_TRY(auto targets, provider_.bind(key, interface));
            rows.push_back({.name = interface.name,
                            .routes = {{"default", std::move(targets.front())}},
                            .unlinked = {},
                            .own = {}});
        }
        imports_ = std::make_shared<host::ComponentImports>(host::ComponentImports{
            "guest", std::make_shared<host::ImportTable>(world, std::move(rows)), &logging_.shared,
            shard_});
        engine::InstanceOptions options;
        options.limits = {{engine::Limit::reuse, UINT32_MAX}, {engine::Limit::concurrent, 1}};
        options.imports = std::make_shared<host::ImportDispatch>(imports_);
        co_return guest->open(shard_, std::move(options));
    }
    /// What was opened is gone.
    rt::Task<void> stop() {
        imports_.reset();
        CO_CHECK(co_await provider_.stop());
        co_await scope_.close();
        co_return ok();
    }

  private:
    capability::ProviderContext context(std::string folder) {
        return {.shards = {{{shard_, &scope_}, nullptr}},
                .log = logging_.log,
                .failures = &logging_.failures,
                .clock = &logging_.clock,
                .random = &random_,
                .connections = nullptr,
                .data_directory = std::move(folder),
                .registry = &logging_.registry};
    }

    rt::Shard* shard_;
    QuietLogging logging_;
    SystemRandom random_;
    rt::Scope scope_;
    providers::keyvalue::Provider provider_;
    std::shared_ptr<host::ComponentImports> imports_;
};

/// One call of the guest's `run`, which opens the bucket once and uses it `count` times.
class Accesses final : public Operation {
  public:
    Accesses(engine::Instance* guest, Access access, std::uint32_t size)
        : guest_(guest), access_(access), size_(size) {}
    rt::Task<void> repeat(std::uint32_t count) override {
        auto arguments =
            engine::Payload::of(run_arguments(static_cast<What>(access_), size_, count));
        Result<engine::Values> done = co_await guest_->call({}, 0, std::move(arguments), nullptr);
        if (!done) co_return Failure(std::move(done).error());
        co_return ok();
    }

  private:
    engine::Instance* guest_;
    Access access_;
    std::uint32_t size_;
};

/// Everything the measurements share.
struct Bench {
    const Options* options;
    std::shared_ptr<const engine::Component> guest;
    std::vector<Figure> figures;
};

rt::Task<void> measure_way(Bench* bench, LinkedStore* store, Kept kept) {
    CO_TRY(const auto instance,
           co_await store->open(bench->guest, kept.name, std::move(kept.settings)));
    for (const auto& [size_name, size] : sizes) {
        const auto name = [&](const char* what) {
            return fmt::format("keyvalue.{}.{}.{}", kept.name, what, size_name);
        };
        // What is got was set before, also where only `get` is asked for.
        Accesses set(instance.get(), Access::set, size);
        CO_CHECK(co_await set.repeat(1));
        CO_CHECK(co_await measure(bench->options, name("set"), kept.sets, &set, &bench->figures));
        Accesses get(instance.get(), Access::get, size);
        CO_CHECK(co_await measure(bench->options, name("get"), kept.gets, &get, &bench->figures));
    }
    co_return ok();
}

rt::Task<void> measure_ways(Bench* bench, rt::Shard* shard, std::string folder,
                            Result<void>* outcome) {
    for (auto& kept : ways()) {
        const auto name = fmt::format("keyvalue.{}.", kept.name);
        const auto& only = bench->options->only;
        if (!name.starts_with(only) && !only.starts_with(name)) continue;
        LinkedStore store(shard, folder);
        *outcome = co_await measure_way(bench, &store, std::move(kept));
        Result<void> stopped = co_await store.stop();
        if (*outcome) *outcome = std::move(stopped);
        if (!*outcome) break;
    }
    shard->stop();
    co_return ok();
}

}  // namespace

Result<void> measure_keyvalue(const Options& options, const std::string& folder) {
    TRY(const auto engine, engine::wasmtime::make_engine({}));
    TRY(auto guest, load_guest(engine.get(), options.guests, "keyvalue", "plain"));
    Bench bench{.options = &options, .guest = std::move(guest), .figures = {}};
    rt::Shard shard(0);
    rt::Scope scope(&shard);
    Result<void> outcome = ok();
    shard.post([&] {
        WEFT_ASSERT(scope.spawn(measure_ways(&bench, &shard, folder, &outcome)),
                    "a new scope is open");
    });
    shard.run();
    CHECK(std::move(outcome));
    fmt::print("{{\"figures\":{}}}\n", to_json(bench.figures));
    return ok();
}

}  // namespace weft::bench
