#pragma once

#include "bench/engine/figure.h"

namespace weft::bench {

/// Measures what `get` and `set` of wasi:keyvalue cost a guest, with each way of keeping values,
/// and prints the figures as JSON. Files are made in `folder`. The calling thread is the shard.
/// Errors: those of the engine and of the provider.
Result<void> measure_keyvalue(const Options& options, const std::string& folder);

}  // namespace weft::bench
