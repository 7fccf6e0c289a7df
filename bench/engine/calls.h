#pragma once

#include "bench/engine/figure.h"

namespace weft::bench {

/// Measures instances, exports, imports and guest to guest, and prints the figures as JSON. The
/// calling thread is the shard. Errors: those of the engine.
Result<void> measure_calls(const Options& options);

}  // namespace weft::bench
