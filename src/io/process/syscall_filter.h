#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace weft::process {

/// A condition on one argument of a system call. The upper half of the argument must be 0.
struct ArgumentCheck {
    std::uint32_t index;  ///< 0 to 5.
    std::uint32_t mask;
    std::uint32_t value;  ///< What the argument must be under the mask.

    static ArgumentCheck bits(std::uint32_t index, std::uint32_t mask, std::uint32_t value) {
        return {index, mask, value};
    }
    static ArgumentCheck no_bits(std::uint32_t index, std::uint32_t mask) {
        return {index, mask, 0};
    }
    static ArgumentCheck equal(std::uint32_t index, std::uint32_t value) {
        return {index, ~0U, value};
    }
};

/// A list of system calls that may be made, as a program for the kernel's classic packet filter.
/// All others fail with EPERM; calls by the numbers of another architecture end the process.
class SyscallFilter {
  public:
    /// An AUDIT_ARCH_* value.
    explicit SyscallFilter(std::uint32_t architecture);

    void allow(long number);
    /// Only if every check holds. The same call may be allowed in several ways.
    void allow(long number, std::initializer_list<ArgumentCheck> checks);
    /// With another error than the usual.
    void refuse(long number, int error);

    std::vector<sock_filter> program() const;

  private:
    std::vector<sock_filter> program_;
};

}  // namespace weft::process
