#pragma once

#include "base/core/result.h"

namespace weft::process {

/// Leaves this process, all threads it has and all it will have, nothing but arithmetic: memory of
/// its own that is never executable, threads, clocks, random bytes, and reading and writing on the
/// descriptors that are open now. No file can be opened, no socket made, no program started, no
/// other process seen or signalled; such calls fail with EPERM. There is no way back. The process
/// itself is not ended: libraries try things they can do without.
///
/// x86-64 and aarch64. Errors: unsupported (`process.sandbox_unavailable`: the kernel has no filter
/// of system calls, or forbids it).
Result<void> enter_sandbox();

}  // namespace weft::process
