#pragma once

#include "base/rt/task.h"

namespace weft::rt {

enum class Ready { read, write };

/// Waits until `fd` can be read or written without blocking. The descriptor stays the caller's and
/// must stay open while a wait is under way; one wait per descriptor at a time. `executor` is
/// the one the task runs on. Errors: cancelled, unavailable (the kernel cannot watch this kind of
/// descriptor), unsupported (a simulation).
Task<void> wait_fd(Executor* executor, int fd, Ready ready);

}  // namespace weft::rt
