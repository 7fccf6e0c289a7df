#include "bench/engine/resident.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "base/rt/shard.h"
#include "bench/engine/figure.h"
#include "bench/engine/guests.h"
#include "io/engine/wasmtime/wasmtime_engine.h"

namespace weft::bench {
namespace {

/// Each loaded component keeps a descriptor.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Resident memory in kilobytes (1,000 bytes): all of it, and what no file stands behind.
struct Resident {
    double all_kb = 0;
    double anonymous_kb = 0;
};

Resident resident() {
    std::ifstream status("/proc/self/status");
    Resident out;
    for (std::string word; status >> word;) {
        double kib = 0;
        if (word == "VmRSS:" && status >> kib) out.all_kb = kib * 1.024;
        if (word == "RssAnon:" && status >> kib) out.anonymous_kb = kib * 1.024;
    }
    return out;
}

using Components = std::vector<std::shared_ptr<const engine::Component>>;

/// Makes an instance of each and lets it go: what a component keeps after it was used.
rt::Task<void> start_each(const Components* components, rt::Shard* shard, Result<void>* outcome) {
    for (const auto& component : *components) {
        auto instance = component->open(shard, {.limits = {}});
        if (!instance) {
            *outcome = Failure(instance.error());
            break;
        }
        (*instance)->warm_up();
        rt::OneShot<void> later;
        shard->post([&later] { later.complete_now(ok()); });
        Result<void> polled = co_await later;
        if ((*instance)->has_ended()) {
            *outcome = fail(Errc::internal, "bench.not_started", "an instance does not start");
            break;
        }
    }
    shard->stop();
    co_return ok();
}

}  // namespace

Result<void> measure_resident(const std::string& components, const std::string& cache) {
    raise_descriptor_limit();
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(components))
        files.push_back(entry.path());
    std::ranges::sort(files);

    engine::wasmtime::CompileOptions compile;
    compile.cache = {
        .directory = cache + "/code", .key_file = cache + "/code.key", .bytes_max = 16ULL << 30U};
    TRY(const auto engine, engine::wasmtime::make_engine({}, compile));
    Components kept;
    kept.reserve(files.size());
    std::vector<double> wall_ns;
    std::vector<double> cpu_ns;
    // The first one pays for what all share.
    const auto load = [&](const std::string& file) -> Result<void> {
        TRY(const auto wasm, read_file(file));
        const double wall = now_ns();
        const double cpu = thread_cpu_ns();
        TRY(auto component, engine->compile(wasm));
        cpu_ns.push_back(thread_cpu_ns() - cpu);
        wall_ns.push_back(now_ns() - wall);
        kept.push_back(std::move(component));
        return ok();
    };
    Resident empty;
    for (const auto& file : files) {
        CHECK(load(file));
        if (kept.size() == 1) empty = resident();
    }
    const auto loaded = resident();

    rt::Shard shard(0);
    rt::Scope scope(&shard);
    Result<void> outcome = ok();
    shard.post([&] {
        WEFT_ASSERT(scope.spawn(start_each(&kept, &shard, &outcome)), "a new scope is open");
    });
    shard.run();
    CHECK(std::move(outcome));
    const auto started = resident();

    const auto others = static_cast<double>(std::max<std::size_t>(kept.size(), 2) - 1);
    fmt::print(
        "{{\"components\":{},\"load_wall_ms\":{:.3f},\"load_cpu_ms\":{:.3f},"
        "\"loaded_kb\":{:.1f},\"loaded_anonymous_kb\":{:.1f},"
        "\"started_kb\":{:.1f},\"started_anonymous_kb\":{:.1f}}}\n",
        kept.size(), median(wall_ns) / 1e6, median(cpu_ns) / 1e6,
        (loaded.all_kb - empty.all_kb) / others,
        (loaded.anonymous_kb - empty.anonymous_kb) / others,
        (started.all_kb - empty.all_kb) / others,
        (started.anonymous_kb - empty.anonymous_kb) / others);
    return ok();
}

}  // namespace weft::bench
