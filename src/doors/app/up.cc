#include "doors/app/up.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/obs/sinks.h"
#include "doors/app/compile_options.h"
#include "doors/app/data_dir.h"
#include "doors/app/detach.h"
#include "doors/app/load.h"
#include "doors/app/process.h"
#include "doors/app/signals.h"
#include "doors/cli/files.h"
#include "io/engine/wasmtime/wasmtime_engine.h"

namespace weft::app {
namespace {

unsigned usable_cores() {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
    return static_cast<unsigned>(std::max(1, CPU_COUNT(&cores)));
}

/// What the user is told once it serves.
std::string serving_text(const cli::UpOptions& options,
                         const std::vector<net::Address>& addresses) {
    std::string list;
    for (auto address : addresses) {
        if (address.host == "0.0.0.0") address.host = "127.0.0.1";
        if (address.host == "::") address.host = "::1";
        if (options.json)
            list += fmt::format("{}\"http://{}\"", list.empty() ? "" : ",", address.text());
        else
            list += fmt::format("{}http://{}", list.empty() ? "" : ", ", address.text());
    }
    if (options.json) return fmt::format("{{\"serving\":[{}],\"pid\":{}}}\n", list, ::getpid());
    if (list.empty()) list = "nothing: no manifest has an http-server";
    if (!options.detach) return fmt::format("serving {} (Ctrl-C drains and stops)\n", list);
    return fmt::format("serving {} (process {}; stop it with: kill {})\n", list, ::getpid(),
                       ::getpid());
}

/// A component that was loaded holds a descriptor, and so does every connection.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct Logging {
    SystemWallClock clock;
    std::optional<obs::PrettySink> pretty;
    std::optional<obs::JsonSink> json;

    obs::Log open(const cli::UpOptions& options) {
        if (options.json || options.detach || ::isatty(STDERR_FILENO) == 0) {
            json.emplace(STDERR_FILENO);
            return {&*json, &clock, options.log_level};
        }
        pretty.emplace(STDERR_FILENO, obs::Colour::on);
        return {&*pretty, &clock, options.log_level};
    }
};

Result<void> host(const cli::UpOptions& options, const Process::OnServing& on_serving) {
    TRY(const auto data_dir, DataDir::open(options.data_dir));
    TRY(const auto signals, StopSignals::block());
    Logging logging;
    const obs::Log log = logging.open(options);
    raise_descriptor_limit();
    const engine::EngineConfig config;
    TRY(auto loaded, load(options, logging.clock.now_unix_s(), log));
    obs::Registry registry;
    TRY(const auto engine,
        engine::wasmtime::make_engine(config, compile_options(options, log, &registry)));
    if (!engine->stats().pooling) log.warn("engine.pool_unavailable");
    Process process({.shards = options.shards != 0 ? options.shards : usable_cores(), .http = {}},
                    engine.get(), log, &registry);
    return process.run(std::move(loaded), signals.fd(), on_serving);
}

Result<void> up_in_background(const cli::UpOptions& options) {
    CHECK(cli::ensure_directory(options.data_dir).context("data directory"));
    TRY(auto detached, Detached::fork(options.log_file.empty() ? options.data_dir + "/weft.log"
                                                               : options.log_file));
    if (detached.side() == Detached::Side::command) {
        CHECK(detached.outcome());
        std::fputs(detached.report().c_str(), stdout);
        return ok();
    }
    const auto result =
        host(options, [&](const std::vector<net::Address>& addresses) -> Result<void> {
            detached.tell(serving_text(options, addresses));
            return ok();
        });
    if (!result) detached.tell_failure(result.error());
    return result;
}

}  // namespace

Result<void> up(const cli::UpOptions& options) {
    if (options.detach) return up_in_background(options);
    return host(options, [&](const std::vector<net::Address>& addresses) -> Result<void> {
        std::fputs(serving_text(options, addresses).c_str(), stdout);
        std::fflush(stdout);
        return ok();
    });
}

}  // namespace weft::app
