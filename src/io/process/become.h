#pragma once

#include <sys/types.h>

#include <vector>

#include "io/process/child.h"

namespace weft::process {

/// All that a new process needs on its way to another program, made before it exists.
struct Plan {
    const char* program;
    std::vector<char*> arguments;  ///< Ends with a null.
    std::vector<Passed> passed;    ///< Sorted by `theirs`, the first three numbers filled.
    std::vector<int> held;         ///< As long as `passed`; for copies out of each other's way.
    ChildLimits limits;
    int report;  ///< Where an errno goes when it does not come to the program.
    pid_t parent;
};

/// In the new process: gives up what it has from its parent and turns into the program. Shares its
/// memory with the parent's other threads, so it calls nothing but the kernel and writes nowhere
/// but to its stack and `plan.held`.
[[noreturn]] void become(Plan& plan) noexcept;

}  // namespace weft::process
