#include "entry/app/cgroup.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ranges>
#include <string_view>
#include <vector>

namespace weft::app {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (const auto part : std::views::split(text, separator))
        parts.emplace_back(part.begin(), part.end());
    return parts;
}

bool has_cpu(std::string_view controllers) {
    const auto all = split(controllers, ',');
    return std::ranges::find(all, std::string_view("cpu")) != all.end();
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || (end != text.data() + text.size() && *end != '\n'))
        return std::nullopt;
    return value;
}

/// A hierarchy of cgroups as this process sees it.
struct Hierarchy {
    bool is_v2;
    std::string mount;
    std::string inside;  ///< The process's own cgroup, below the mount; empty: the mount itself.
};

/// The path of the process's cgroup, from `/proc/self/cgroup`: `0::/a/b` or `4:cpu,cpuacct:/a/b`.
std::optional<std::string_view> path_in(std::string_view cgroups, bool is_v2) {
    for (const auto line : split(cgroups, '\n')) {
        const auto first = line.find(':');
        const auto second = first == line.npos ? line.npos : line.find(':', first + 1);
        if (second == line.npos) continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        if (is_v2 ? line.starts_with("0::") : has_cpu(controllers)) return line.substr(second + 1);
    }
    return std::nullopt;
}

/// A line of `/proc/self/mountinfo`, if it mounts cgroups that may have CPU quotas:
/// `36 35 98:0 ROOT MOUNT OPTIONS ... - TYPE SOURCE SUPER_OPTIONS`.
std::optional<Hierarchy> hierarchy_of(std::string_view line, std::string_view cgroups) {
    const auto dash = line.find(" - ");
    if (dash == line.npos) return std::nullopt;
    const auto before = split(line.substr(0, dash), ' ');
    const auto after = split(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) return std::nullopt;
    const bool is_v2 = after[0] == "cgroup2";
    if (!is_v2 && (after[0] != "cgroup" || !has_cpu(after[2]))) return std::nullopt;
    const auto path = path_in(cgroups, is_v2);
    if (!path) return std::nullopt;
    // In a container the mount may begin at the process's own cgroup, or somewhere above it.
    const auto root = before[3] == "/" ? std::string_view() : before[3];
    auto inside = path->starts_with(root) ? path->substr(root.size()) : std::string_view();
    if (inside == "/" || inside.contains("..")) inside = {};
    return Hierarchy{is_v2, std::string(before[4]), std::string(inside)};
}

std::optional<unsigned> rounded_up(std::optional<std::uint64_t> quota,
                                   std::optional<std::uint64_t> period) {
    if (!quota || !period || *quota == 0 || *period == 0) return std::nullopt;
    return static_cast<unsigned>(std::min<std::uint64_t>((*quota - 1) / *period + 1, 1U << 16U));
}

/// Of one cgroup: `150000 100000` or `max 100000` in v2; in v1 -1 says that there is none.
std::optional<unsigned> quota_of(const ReadText& read, const std::string& folder, bool is_v2) {
    if (is_v2) {
        const auto text = read(folder + "/cpu.max");
        const auto space = text ? text->find(' ') : std::string::npos;
        if (space == std::string::npos) return std::nullopt;
        return rounded_up(number(text->substr(0, space)), number(text->substr(space + 1)));
    }
    const auto quota = read(folder + "/cpu.cfs_quota_us");
    const auto period = read(folder + "/cpu.cfs_period_us");
    if (!quota || !period) return std::nullopt;
    return rounded_up(number(*quota), number(*period));
}

}  // namespace

std::optional<unsigned> cgroup_cores(const ReadText& read) {
    const auto cgroups = read("/proc/self/cgroup");
    const auto mounts = read("/proc/self/mountinfo");
    if (!cgroups || !mounts) return std::nullopt;
    std::optional<unsigned> least;
    for (const auto line : split(*mounts, '\n')) {
        auto hierarchy = hierarchy_of(line, *cgroups);
        if (!hierarchy) continue;
        for (auto& inside = hierarchy->inside;; inside.erase(inside.rfind('/'))) {
            const auto cores = quota_of(read, hierarchy->mount + inside, hierarchy->is_v2);
            if (cores) least = std::min(least.value_or(*cores), *cores);
            if (inside.empty()) break;
        }
    }
    return least;
}

}  // namespace weft::app
