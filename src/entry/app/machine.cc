#include "entry/app/machine.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/core/descriptor.h"
#include "entry/app/cgroup.h"

namespace weft::app {
namespace {

/// For control: deploying, logs, what a provider opens.
constexpr std::uint64_t reserved_descriptors = 64;
/// The loop of a shard and its listeners.
constexpr std::uint64_t descriptors_of_shard = 8;
/// The image of its memory, and its code.
constexpr std::uint64_t descriptors_of_component = 2;

/// What the kernel makes as it is read: its size is not known before.
std::optional<std::string> read_kernel_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return std::nullopt;
    std::string text;
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = ::read(file.get(), part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<std::size_t>(got));
    return text;
}

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
    const auto cores = cores_of_affinity();
    return std::max(1U, std::min(cores, cgroup_cores(&read_kernel_file).value_or(cores)));
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
