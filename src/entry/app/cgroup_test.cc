#include "entry/app/cgroup.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "entry/app/machine.h"

namespace weft::app {
namespace {

constexpr const char* v2_mount =
    "24 1 0:22 / /proc rw - proc proc rw\n"
    "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* v1_mount =
    "31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "32 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";

std::optional<unsigned> cores(std::string cgroup, std::string mountinfo,
                              std::map<std::string, std::string> files) {
    files["/proc/self/cgroup"] = std::move(cgroup);
    files["/proc/self/mountinfo"] = std::move(mountinfo);
    return cgroup_cores([&](const std::string& path) -> std::optional<std::string> {
        const auto found = files.find(path);
        if (found == files.end()) return std::nullopt;
        return found->second;
    });
}

TEST(Cgroup, AQuotaIsRoundedUp) {
    const auto with = [](const char* quota) {
        return cores("0::/a\n", v2_mount, {{"/sys/fs/cgroup/a/cpu.max", quota}});
    };

    EXPECT_EQ(with("150000 100000\n"), 2U);
    EXPECT_EQ(with("200000 100000\n"), 2U);
    EXPECT_EQ(with("1000 100000\n"), 1U);
    EXPECT_EQ(with("max 100000\n"), std::nullopt);
    EXPECT_EQ(with("0 0\n"), std::nullopt);
    EXPECT_EQ(with(""), std::nullopt);
    EXPECT_EQ(with("x"), std::nullopt);
}

TEST(Cgroup, TheSmallestOfNestedOnesCounts) {
    EXPECT_EQ(cores("0::/a/b/c\n", v2_mount,
                    {{"/sys/fs/cgroup/a/b/c/cpu.max", "800000 100000\n"},
                     {"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
                     {"/sys/fs/cgroup/a/cpu.max", "300000 100000\n"},
                     {"/sys/fs/cgroup/other/cpu.max", "100000 100000\n"}}),
              3U);
}

TEST(Cgroup, AContainersOwnIsTheMountItself) {
    EXPECT_EQ(cores("0::/\n", v2_mount, {{"/sys/fs/cgroup/cpu.max", "400000 100000\n"}}), 4U);
    EXPECT_EQ(cores("0::/../../x\n", v2_mount, {{"/sys/fs/cgroup/cpu.max", "400000 100000\n"}}),
              4U);
}

TEST(Cgroup, V1SaysQuotaAndPeriodApart) {
    const std::string cgroup = "5:memory:/other\n4:cpu,cpuacct:/docker/1f\n0::/ignored\n";
    const std::string folder = "/sys/fs/cgroup/cpu,cpuacct";

    EXPECT_EQ(cores(cgroup, v1_mount,
                    {{folder + "/docker/1f/cpu.cfs_quota_us", "250000\n"},
                     {folder + "/docker/1f/cpu.cfs_period_us", "100000\n"},
                     {folder + "/cpu.cfs_quota_us", "-1\n"},
                     {folder + "/cpu.cfs_period_us", "100000\n"}}),
              3U);
    EXPECT_EQ(cores(cgroup,
                    "32 24 0:28 /docker/1f /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n",
                    {{"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n"},
                     {"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}}),
              1U);
}

TEST(Cgroup, NoneIsNoQuota) {
    EXPECT_EQ(cores("", "", {}), std::nullopt);
    EXPECT_EQ(cores("garbage\n:\n0:", "x - y\n1 2 3\n", {}), std::nullopt);
}

TEST(Machine, KeepsDescriptorsForControl) {
    EXPECT_EQ(connections_for(256, 2, 1), 256U - 64 - 16 - 2);
    EXPECT_EQ(connections_for(64, 2, 1), 1U);
    EXPECT_GE(usable_cores(), 1U);
}

}  // namespace
}  // namespace weft::app
