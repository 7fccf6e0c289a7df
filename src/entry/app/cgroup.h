#pragma once

#include <functional>
#include <optional>
#include <string>

namespace weft::app {

/// The content of a file, if it can be read.
using ReadText = std::function<std::optional<std::string>(const std::string& path)>;

/// How many cores the CPU quota of this process's cgroup comes to, rounded up; of nested ones the
/// smallest. Nothing where no quota is set or none can be read. Source: proc_pid_mountinfo(5),
/// cgroups(7), `cpu.max` of cgroup v2, `cpu.cfs_quota_us` of v1.
std::optional<unsigned> cgroup_cores(const ReadText& read);

}  // namespace weft::app
