#include "entry/app/doctor.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "entry/app/compile_options.h"
#include "entry/app/data_dir.h"
#include "entry/app/machine.h"
#include "entry/cli/trust_options.h"
#include "io/code_cache/directory.h"
#include "io/code_cache/seal_key.h"
#include "io/engine/wasmtime/wasmtime_engine.h"
#include "io/net/address.h"
#include "io/net/tcp.h"

namespace weft::app {
namespace {

using cli::Finding;
using codec::Json;
using State = Finding::State;

/// Below it a host of some size runs out: of connections, and of components, which hold one each.
constexpr std::uint64_t descriptors_wanted = 4096;

/// A component of no parts: what all components begin with.
constexpr std::uint8_t empty_component[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};

std::string size_text(std::uint64_t bytes) {
    constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    auto size = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; size >= 1024 && unit + 1 < std::size(units); ++unit) size /= 1024;
    return size < 10 && unit > 0 ? fmt::format("{:.1f} {}", size, units[unit])
                                 : fmt::format("{:.0f} {}", size, units[unit]);
}

Finding judge_pool(const engine::EngineStats& stats) {
    Finding out{.name = "pool", .message = {}, .remedy = {}, .values = {}};
    out.values.set("pooling", stats.pooling);
    if (stats.pooling) {
        out.message = "instances come from a pool, whose address space is reserved at start";
        return out;
    }
    out.state = State::warn;
    out.message = fmt::format("instances are allocated on demand, which is slower: {}",
                              stats.pooling_refusal);
    out.remedy =
        "give the process more address space: 'ulimit -v unlimited', no limit of the "
        "service manager, vm.overcommit_memory=0 or 1";
    return out;
}

Finding judge_reset(const engine::EngineStats& stats) {
    Finding out{.name = "reset", .message = {}, .remedy = {}, .values = {}};
    const bool resident = stats.reset == engine::MemoryReset::resident_pages;
    out.values.set("method", resident ? "resident_pages" : "copy_on_write");
    if (resident) {
        out.message = fmt::format(
            "memory of ended instances stays resident and only pages that "
            "were written are reset: {}",
            stats.reset_reason);
        return out;
    }
    out.state = State::warn;
    out.message = fmt::format(
        "memory of ended instances goes back to the kernel and is copied on "
        "write again, which is slower: {}",
        stats.reset_reason);
    out.remedy = "run on Linux 6.7 or newer, with /proc mounted and /proc/self/pagemap readable";
    return out;
}

Finding judge_cores() {
    Finding out{.name = "cores", .message = {}, .remedy = {}, .values = {}};
    const auto usable = usable_cores();
    const auto online = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
    out.values.set("usable", usable).set("online", online);
    out.message =
        fmt::format("{} of {} cores may be used, one serving thread on each", usable, online);
    return out;
}

/// Whether somebody may make `path`, which is not there.
Result<void> check_parent(const std::filesystem::path& path) {
    std::error_code ignored;
    auto parent = path.parent_path();
    while (parent.has_relative_path() && !std::filesystem::exists(parent, ignored))
        parent = parent.parent_path();
    if (::access(parent.c_str(), W_OK | X_OK) == 0) return ok();
    return fail(Errc::unavailable, "doctor.cache_unmakeable", "'{}' cannot be made in '{}': {}",
                path.string(), parent.string(), std::strerror(errno));
}

Result<std::string> look_at_cache(const cli::HostPlaces& options) {
    const auto& path = options.code_cache_dir;
    std::error_code ignored;
    if (const auto key = options.data_dir + "/code.key"; std::filesystem::exists(key, ignored)) {
        SystemRandom random;
        CHECK(code_cache::ensure_seal_key(key, random));
    }
    if (!std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
        CHECK(check_parent(path));
        return fmt::format("'{}' is not there yet; a host makes it", path);
    }
    TRY(const auto directory, code_cache::Directory::ensure(path));
    std::uint64_t bytes = 0;
    const auto files = directory.list();
    for (const auto& file : files) bytes += file.bytes;
    return fmt::format("'{}' can be used; {} in {} files", path, size_text(bytes), files.size());
}

Result<void> compile_something(engine::Engine* engine) {
    CHECK(engine->compile(empty_component));
    return ok();
}

}  // namespace

std::vector<Finding> judge_engine(const engine::EngineStats& stats) {
    Finding instances{.name = "instances", .message = {}, .remedy = {}, .values = {}};
    instances.values.set("instances_max", stats.instances_max)
        .set("memory_bytes_max", stats.memory_bytes_max);
    instances.message = fmt::format("at most {} at the same time, each with memories of at most {}",
                                    stats.instances_max, size_text(stats.memory_bytes_max));
    Finding memory{.name = "memory", .message = {}, .remedy = {}, .values = {}};
    memory.values.set("reserved_bytes", stats.reserved_bytes);
    memory.message = fmt::format("{} of address space are reserved; what is used counts, not that",
                                 size_text(stats.reserved_bytes));
    std::vector<Finding> out;
    out.push_back(judge_pool(stats));
    if (stats.pooling) out.push_back(judge_reset(stats));
    out.push_back(std::move(instances));
    out.push_back(std::move(memory));
    return out;
}

Finding judge_compiler(const Result<void>& compiled) {
    Finding out{.name = "compiler", .message = {}, .remedy = {}, .values = {}};
    out.values.set("sandbox", compiled.has_value());
    if (compiled) {
        out.message =
            "components are compiled in a child process that the kernel keeps from "
            "everything else (seccomp)";
        return out;
    }
    out.state = State::fail;
    out.message = compiled.error().message;
    out.remedy =
        "run on Linux 5.11 or newer with seccomp, memfd_create and /proc, and where the "
        "process may start children";
    return out;
}

Finding judge_cache(const cli::HostPlaces& options) {
    Finding out{.name = "code_cache", .message = {}, .remedy = {}, .values = {}};
    const auto found = look_at_cache(options);
    out.values.set("directory", options.code_cache_dir).set("usable", found.has_value());
    if (found) {
        out.message = *found;
        return out;
    }
    out.state = State::warn;
    out.message =
        fmt::format("{}; every component is compiled at every start", found.error().message);
    out.remedy = "fix that, or give another place with --code-cache";
    return out;
}

Finding judge_data_dir(const std::string& path) {
    Finding out{.name = "data_dir", .message = {}, .remedy = {}, .values = {}};
    const auto found = DataDir::check(path);
    out.values.set("directory", path).set("usable", found.has_value());
    out.message = fmt::format("'{}' can be used", path);
    if (found) return out;
    out.state = State::fail;
    out.message = found.error().message;
    out.remedy = "fix that, or give another place with --data-dir";
    return out;
}

Finding judge_trust(const cli::TrustOptions& options) {
    Finding out{.name = "trust", .message = {}, .remedy = {}, .values = {}};
    const auto policy = cli::load_trust(options);
    out.values.set("file", options.file).set("usable", policy.has_value());
    if (!policy) {
        out.state = State::fail;
        out.message = policy.error().message;
        out.remedy = "fix that, or give another file with --trust-file";
        return out;
    }
    out.values.set("issuers", policy->issuers.size()).set("operators", policy->operators.size());
    out.message = fmt::format("'{}' names {} issuers and {} operators", options.file,
                              policy->issuers.size(), policy->operators.size());
    if (policy->issuers.empty() && policy->operators.empty())
        out.message = fmt::format(
            "'{}' trusts nobody: add an account with 'weft trust add', or give one with --trust",
            options.file);
    if (policy->unsigned_code == claims::UnsignedCode::deny) return out;
    out.state = State::warn;
    out.message += "; code that nobody signed may run";
    out.remedy = "write 'unsigned: deny' in that file";
    return out;
}

Finding judge_port(const cli::DoctorOptions& options) {
    Finding out{.name = "port", .message = {}, .remedy = {}, .values = {}};
    const auto address = net::parse_address(options.address);
    const auto free = address ? net::check_port_free(*address) : Failure(address.error());
    out.values.set("address", options.address).set("free", free.has_value());
    out.message = fmt::format("a host could listen on {}", options.address);
    if (free) return out;
    out.state = options.address_named ? State::fail : State::warn;
    out.message = free.error().message;
    out.remedy =
        "stop what listens there ('ss -ltnp' shows it), or choose another: 'address' in a "
        "manifest, --addr of 'weft serve' and 'weft doctor'";
    return out;
}

Finding judge_descriptors(std::uint64_t soft, std::uint64_t hard) {
    Finding out{.name = "descriptors", .message = {}, .remedy = {}, .values = {}};
    out.values.set("soft", soft).set("hard", hard);
    const auto text = [](std::uint64_t limit) {
        return limit == RLIM_INFINITY ? std::string("any number of") : fmt::format("{}", limit);
    };
    out.message = fmt::format("{} files may be open, and a host raises that to {}", text(soft),
                              hard == RLIM_INFINITY ? "any number" : text(hard));
    if (hard >= descriptors_wanted) return out;
    out.state = State::warn;
    out.remedy = fmt::format(
        "each connection and each component needs one: raise the hard limit "
        "to {} or more (LimitNOFILE= of a service, limits.conf)",
        descriptors_wanted);
    return out;
}

Result<std::vector<Finding>> examine(const cli::DoctorOptions& options) {
    std::vector<Finding> out;
    const auto engine = engine::wasmtime::make_engine({}, compile_options({}, {}, nullptr));
    if (engine) {
        out = judge_engine((*engine)->stats());
        out.push_back(judge_compiler(compile_something(engine->get())));
    } else {
        out.push_back({.name = "engine",
                       .state = State::fail,
                       .message = engine.error().message,
                       .remedy = "give the process more memory, address space and threads",
                       .values = {}});
    }
    out.push_back(judge_data_dir(options.places.data_dir));
    out.push_back(judge_cache(options.places));
    out.push_back(judge_trust(options.trust));
    out.push_back(judge_port(options));
    out.push_back(judge_cores());
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0)
        out.push_back(judge_descriptors(files.rlim_cur, files.rlim_max));
    return out;
}

}  // namespace weft::app
