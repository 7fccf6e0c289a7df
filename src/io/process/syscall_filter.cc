#include "io/process/syscall_filter.h"

#include <linux/seccomp.h>

#include <bit>
#include <cerrno>
#include <cstddef>

namespace weft::process {
namespace {

static_assert(std::endian::native == std::endian::little, "the lower half of an argument is first");

constexpr std::uint16_t load = BPF_LD | BPF_W | BPF_ABS;
constexpr std::uint16_t jump_if_equal = BPF_JMP | BPF_JEQ | BPF_K;
constexpr std::uint16_t jump_if_bits = BPF_JMP | BPF_JSET | BPF_K;
constexpr std::uint16_t mask_with = BPF_ALU | BPF_AND | BPF_K;
constexpr std::uint16_t give_back = BPF_RET | BPF_K;

constexpr std::uint32_t number_offset = offsetof(seccomp_data, nr);
constexpr std::uint32_t architecture_offset = offsetof(seccomp_data, arch);

constexpr std::uint32_t lower_half(std::uint32_t index) {
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) + 8 * index;
}

constexpr sock_filter step(std::uint16_t code, std::uint32_t value, std::size_t if_true = 0,
                           std::size_t if_false = 0) {
    return {code, static_cast<std::uint8_t>(if_true), static_cast<std::uint8_t>(if_false), value};
}

constexpr std::uint32_t failing_with(int error) {
    return SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & SECCOMP_RET_DATA);
}

}  // namespace

SyscallFilter::SyscallFilter(std::uint32_t architecture)
    : program_{step(load, architecture_offset), step(jump_if_equal, architecture, 1),
               step(give_back, SECCOMP_RET_KILL_PROCESS), step(load, number_offset)} {}

void SyscallFilter::allow(long number) {
    program_.push_back(step(jump_if_equal, static_cast<std::uint32_t>(number), 0, 1));
    program_.push_back(step(give_back, SECCOMP_RET_ALLOW));
}

void SyscallFilter::refuse(long number, int error) {
    program_.push_back(step(jump_if_equal, static_cast<std::uint32_t>(number), 0, 1));
    program_.push_back(step(give_back, failing_with(error)));
}

// Each check is five steps: upper half, is it 0, lower half, mask, compare. A check that fails
// jumps behind the last, where the number is loaded again for what follows.
void SyscallFilter::allow(long number, std::initializer_list<ArgumentCheck> checks) {
    constexpr std::size_t steps = 5;
    std::size_t left = checks.size() * steps + 1;  // Steps up to the one that loads the number.
    program_.push_back(step(jump_if_equal, static_cast<std::uint32_t>(number), 0, left));
    for (const auto& check : checks) {
        program_.push_back(step(load, lower_half(check.index) + 4));
        program_.push_back(step(jump_if_bits, ~0U, left - 2));
        program_.push_back(step(load, lower_half(check.index)));
        program_.push_back(step(mask_with, check.mask));
        program_.push_back(step(jump_if_equal, check.value, 0, left - 5));
        left -= steps;
    }
    program_.push_back(step(give_back, SECCOMP_RET_ALLOW));
    program_.push_back(step(load, number_offset));
}

std::vector<sock_filter> SyscallFilter::program() const {
    auto program = program_;
    program.push_back(step(give_back, failing_with(EPERM)));
    return program;
}

}  // namespace weft::process
