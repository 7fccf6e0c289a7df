#include "entry/app/machine.h"

#include <sched.h>
#include <sys/resource.h>

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/core/bytes.h"
#include "entry/app/cgroup.h"
#include "io/files/files.h"

namespace weft::app {

namespace {

/// For control: deploying, logs, what a provider opens.
constexpr std::uint64_t reserved_descriptors = 64;
/// The loop of a shard and its listeners.
constexpr std::uint64_t descriptors_of_shard = 8;
/// The image of its memory, and its code.
constexpr std::uint64_t descriptors_of_component = 2;

unsigned cores_of_affinity() {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    // Fails on a machine with more cores than the set has places for.
    if (::sched_getaffinity(0, sizeof cores, &cores) == 0)
        return static_cast<unsigned>(CPU_COUNT(&cores));
    return static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

}  // namespace

unsigned usable_cores() {
    const auto read = [](const std::string& path) -> std::optional<std::string> {
        const auto text = files::read_file(path, 1U << 20U);
        if (!text) return std::nullopt;
        return std::string(as_text(*text));
    };
    const auto quota = cgroup_cores(read);
    return std::max(1U, std::min(cores_of_affinity(), quota.value_or(cores_of_affinity())));
}

std::uint64_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    const auto before = std::exchange(limit.rlim_cur, limit.rlim_max);
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

std::size_t connections_for(std::uint64_t descriptors_max, unsigned shards,
                            std::size_t components) {
    const auto others = reserved_descriptors + descriptors_of_shard * shards +
                        descriptors_of_component * components;
    return descriptors_max > others ? static_cast<std::size_t>(descriptors_max - others) : 1;
}

}  // namespace weft::app
