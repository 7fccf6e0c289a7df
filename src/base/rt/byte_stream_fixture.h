#pragma once

#include <cstddef>
#include <memory>

#include "base/rt/byte_stream.h"

namespace weft::rt {

/// A source that gives `first`, unless that is empty, and then `error` at every read.
std::unique_ptr<ByteSource> failing_source(Bytes first, Error error);

/// Reads to the end. Errors: exhausted when there are more than `bytes_max` bytes; those of the
/// source. `source` is borrowed from the caller for the duration of the task.
Task<Bytes> read_all(ByteSource* source, std::size_t bytes_max);

}  // namespace weft::rt
