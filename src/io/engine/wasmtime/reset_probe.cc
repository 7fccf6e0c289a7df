#include "io/engine/wasmtime/reset_probe.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

#include "base/core/descriptor.h"

namespace weft::engine::wasmtime {
namespace {

/// `struct pm_scan_arg` of <linux/fs.h>, which Debian 12 does not have yet.
struct ScanArgument {
    std::uint64_t size;
    std::uint64_t flags;
    std::uint64_t start;
    std::uint64_t end;
    std::uint64_t walk_end;
    std::uint64_t regions;
    std::uint64_t region_count;
    std::uint64_t pages_max;
    std::uint64_t category_inverted;
    std::uint64_t category_mask;
    std::uint64_t category_any_of;
    std::uint64_t return_mask;
};
struct Region {
    std::uint64_t start;
    std::uint64_t end;
    std::uint64_t categories;
};
static_assert(sizeof(ScanArgument) == 96);

constexpr unsigned long pagemap_scan = _IOWR('f', 16, ScanArgument);
constexpr std::uint64_t written_and_present = (1U << 1U) | (1U << 3U);

/// A scan of nothing: whether the kernel knows how.
bool can_scan(int pagemap) {
    Region region{};
    ScanArgument argument{};
    argument.size = sizeof argument;
    argument.regions = reinterpret_cast<std::uintptr_t>(&region);
    argument.region_count = 1;
    argument.pages_max = 1;
    argument.category_mask = written_and_present;
    return ::ioctl(pagemap, pagemap_scan, &argument) >= 0;
}

}  // namespace

ResetChoice probe_reset_on(const char* pagemap) {
    const Descriptor file(::open(pagemap, O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        return {MemoryReset::copy_on_write,
                fmt::format("'{}' cannot be opened: {}", pagemap, std::strerror(errno))};
    if (!can_scan(file.get()))
        return {MemoryReset::copy_on_write,
                fmt::format("the kernel has no PAGEMAP_SCAN (Linux 6.7 has): {}",
                            std::strerror(errno))};
    return {MemoryReset::resident_pages, "the kernel has PAGEMAP_SCAN"};
}

ResetChoice probe_reset() { return probe_reset_on("/proc/self/pagemap"); }

}  // namespace weft::engine::wasmtime
