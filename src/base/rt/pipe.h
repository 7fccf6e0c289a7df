#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <utility>

#include "base/rt/byte_stream.h"

namespace weft::rt {

/// The two ends of a bounded stream inside one shard.
struct Pipe {
    std::unique_ptr<ByteSource> source;
    std::unique_ptr<ByteSink> sink;
};

/// A pipe that holds at most `window_bytes` (at least one chunk): a write into a full pipe waits
/// for a read. Dropping the sink before its last chunk makes reads fail (unavailable); dropping the
/// source makes writes fail the same way.
Pipe make_pipe(std::size_t window_bytes);

}  // namespace weft::rt
