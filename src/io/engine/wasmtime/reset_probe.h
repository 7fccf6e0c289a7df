#pragma once

#include <string>

#include "io/engine/limits.h"

namespace weft::engine::wasmtime {

struct ResetChoice {
    MemoryReset reset;
    std::string reason;  ///< In a few words, for a person.
};

/// Asks the kernel for what resetting written pages alone needs: `PAGEMAP_SCAN` (Linux 6.7) on
/// `/proc/self/pagemap`. Cheap; opens one file and closes it.
ResetChoice probe_reset();

/// The same on another file, for tests.
ResetChoice probe_reset_on(const char* pagemap);

}  // namespace weft::engine::wasmtime
