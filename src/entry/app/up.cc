#include "entry/app/up.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/obs/sinks.h"
#include "entry/app/compile_options.h"
#include "entry/app/data_dir.h"
#include "entry/app/detach.h"
#include "entry/app/held_sink.h"
#include "entry/app/machine.h"
#include "entry/app/order.h"
#include "entry/app/process.h"
#include "entry/app/progress_sink.h"
#include "entry/app/providers.h"
#include "entry/app/signals.h"
#include "io/engine/wasmtime/wasmtime_engine.h"
#include "io/files/files.h"

namespace weft::app {
namespace {

/// What the user is told once it serves.
std::string serving_text(const cli::UpOptions& options, const std::vector<std::string>& addresses) {
    std::string list;
    for (const auto& address : addresses) {
        if (options.json)
            list += fmt::format("{}\"{}\"", list.empty() ? "" : ",", "http://" + address);
        else
            list += fmt::format("{}{}", list.empty() ? "" : ", ", "http://" + address);
    }
    if (options.json) return fmt::format("{{\"serving\":[{}],\"pid\":{}}}\n", list, ::getpid());
    if (list.empty()) list = "nothing: no manifest has an http-server";
    if (!options.detach) return fmt::format("serving {} (Ctrl-C drains and stops)\n", list);
    return fmt::format("serving {} (process {}; stop it with: kill {})\n", list, ::getpid(),
                       ::getpid());
}

struct Logging {
    SystemWallClock clock;
    std::optional<obs::PrettySink> pretty;
    std::optional<obs::JsonSink> json;
    std::optional<HeldSink> held;          // Until it serves, so that this is said first.
    std::optional<ProgressSink> progress;  // On a terminal.

    obs::Log open(const cli::UpOptions& options) {
        const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
        const bool is_usual_json = options.json || options.detach || !is_terminal;
        const auto format = options.log_format.value_or(is_usual_json ? cli::LogFormat::json
                                                                      : cli::LogFormat::text);
        const obs::LogFile file{options.log_file, options.log_bytes_max};
        obs::Sink* sink = nullptr;
        if (format == cli::LogFormat::json)
            sink =
                options.detach ? &json.emplace(STDERR_FILENO, file) : &json.emplace(STDERR_FILENO);
        else if (options.detach)
            sink = &pretty.emplace(STDERR_FILENO, file);
        else
            sink = &pretty.emplace(STDERR_FILENO, is_terminal ? wanted_colour() : obs::Colour::off);
        if (options.served) sink = &held.emplace(sink);
        if (is_terminal && !options.json)
            sink = &progress.emplace(sink, STDERR_FILENO, wanted_colour());
        return {sink, &clock, options.log_level};
    }
    void count_lost(obs::Registry& registry) {
        const auto lost = registry.counter("weft_log_lines_lost_total",
                                           "lines of the log that its reader did not take");
        if (json) json->count_lost(lost);
        if (pretty) pretty->count_lost(lost);
    }
};

/// What the components need of the engine: the largest of them, and all instances that were asked
/// for.
engine::Limits needed_limits(const Order& order) {
    using engine::Limit;
    engine::Limits out;
    for (const auto& application : order.applications)
        for (const auto& component : application.components) {
            const auto& limits = component.limits;
            for (const auto limit : {Limit::memory, Limit::table_elements, Limit::parts})
                out.set(limit, std::max(out[limit], limits[limit]));
            const auto calls = limits.is_set(Limit::concurrency) ? limits[Limit::concurrency] : 0;
            const auto most =
                limits.is_set(Limit::instances_max) ? limits[Limit::instances_max] : calls;
            out.set(Limit::instances_max,
                    out[Limit::instances_max] + std::max(most, limits[Limit::instances_min]));
        }
    return out;
}

/// Fewer than usual where the limit of open files asks for it.
std::size_t fitted_connections(std::uint64_t descriptors_max, unsigned shards, const Order& order,
                               const obs::Log& log) {
    const auto usual = Process::Options{}.connections_max;
    std::size_t components = 0;
    for (const auto& application : order.applications) components += application.components.size();
    const auto fitted = connections_for(descriptors_max, shards, components);
    if (fitted < usual)
        log.warn("host.connections_lowered", obs::kv("connections_max", fitted),
                 obs::kv("usual", usual), obs::kv("descriptors_max", descriptors_max),
                 obs::kv("remedy", "raise the limit of open files: ulimit -n 16384"));
    return std::min(fitted, usual);
}

void tell_setup(const engine::EngineStats& stats, const obs::Log& log) {
    if (!stats.pooling)
        log.warn("engine.pool_unavailable", obs::kv("reason", stats.pooling_refusal));
    const bool resident = stats.reset == engine::MemoryReset::resident_pages;
    log.info("engine.reset_chosen", obs::kv("reset", resident ? "resident pages" : "copy on write"),
             obs::kv("reason", stats.reset_reason));
}

Result<void> host(const cli::UpOptions& options, Order order,
                  const Process::OnServing& on_serving) {
    TRY(const auto signals, StopSignals::block());
    Logging logging;
    const obs::Log log = logging.open(options);
    const auto descriptors_max = raise_descriptor_limit();
    if (order.trust.unsigned_code == claims::UnsignedCode::allow)
        log.warn("trust.unsigned_allowed", obs::kv("file", options.trust.file));
    obs::Registry registry;
    logging.count_lost(registry);
    TRY(const auto engine,
        engine::wasmtime::make_engine(engine_config(needed_limits(order)),
                                      compile_options(options.places, log, &registry)));
    tell_setup(engine->stats(), log);
    SystemRandom random;
    const auto shards = options.shards != 0 ? options.shards : usable_cores();
    Process process({.shards = shards,
                     .connections_max = fitted_connections(descriptors_max, shards, order, log),
                     .providers = provider_kinds(),
                     .data_directory = options.served ? std::string() : options.places.data_dir},
                    {.engine = engine.get(),
                     .log = log,
                     .registry = &registry,
                     .clock = &logging.clock,
                     .random = &random});
    return process.run(std::move(order), signals.fd(),
                       [&](const std::vector<std::string>& addresses) -> Result<void> {
                           CHECK(on_serving(addresses));
                           if (logging.held) logging.held->release();
                           return ok();
                       });
}

Result<void> up_in_background(cli::UpOptions options, Order order) {
    // Locked before anything is written there: its log may be another host's.
    TRY(const auto data_dir, DataDir::open(options.places.data_dir));
    if (options.log_file.empty()) options.log_file = data_dir.path() + "/weft.log";
    TRY(auto detached, Detached::fork(options.log_file));
    if (detached.side() == Detached::Side::command) {
        CHECK(detached.outcome());
        std::fputs(detached.report().c_str(), stdout);
        return ok();
    }
    // A link to the log stays one when the file behind it is replaced.
    std::error_code error;
    if (auto real = std::filesystem::canonical(options.log_file, error); !error)
        options.log_file = std::move(real);
    auto result = data_dir.sign();
    if (result)
        result = host(options, std::move(order),
                      [&](const std::vector<std::string>& addresses) -> Result<void> {
                          detached.tell(serving_text(options, addresses));
                          return ok();
                      });
    if (!result) detached.tell_failure(result.error());
    return result;
}

}  // namespace

Result<void> up(const cli::UpOptions& options, const cli::Console& console) {
    TRY(auto order, read_order(options, console));
    // Later a signal could not end the wait for what comes.
    for (const auto& application : order.applications)
        for (const auto& component : application.components)
            if (component.path == files::stdin_path) files::await_stdin();
    if (options.detach) return up_in_background(options, std::move(order));
    std::optional<DataDir> data_dir;
    if (!options.served) {
        TRY(data_dir, DataDir::open(options.places.data_dir));
    } else if (!options.places.code_cache_dir.empty()) {
        // It holds the code cache's key only, and any number may share that; where it cannot be
        // made, the cache says so.
        std::ignore = files::ensure_directory(options.places.data_dir);
    }
    const auto say = [&](const std::vector<std::string>& addresses) -> Result<void> {
        // A program that starts `serve` finds the address on the first line of its errors' side.
        std::FILE* const to = options.served && !options.json ? stderr : stdout;
        const bool is_said =
            std::fputs(serving_text(options, addresses).c_str(), to) >= 0 && std::fflush(to) == 0;
        if (is_said || to == stderr) return ok();
        return fail(Errc::unavailable, "cli.output_failed", "the output cannot be written: {}",
                    std::strerror(errno));
    };
    return host(options, std::move(order), say);
}

}  // namespace weft::app
