#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/core/bytes.h"
#include "base/rt/task.h"

namespace weft::rt {

/// Names and values that follow the last byte of a stream: the trailer fields of HTTP.
using Trailers = std::vector<std::pair<std::string, std::string>>;

/// Some bytes of a stream. `last` says that nothing follows; only then may `data` be empty, and may
/// there be trailers.
struct Chunk {
    Bytes data;
    bool last = false;
    std::unique_ptr<Trailers> trailers = nullptr;  ///< Null without any, which is nearly always.
};

/// Where bytes come from: request and response bodies, sockets, logs. Bounded: it reads ahead no
/// more than its documented window, so a slow reader slows the producer down. Destroying it before
/// the last chunk tells the producer that the rest is not wanted. Shard-local; one read at a time.
class ByteSource {
  public:
    virtual ~ByteSource() = default;
    /// The next chunk; after the last one it must not be called again. Errors: those of the
    /// producer; cancelled.
    virtual Task<Chunk> read() = 0;
    /// The next chunk if it is there already; never waits.
    virtual std::optional<Result<Chunk>> try_read() = 0;
    /// Whether somebody else waits for what this keeps in use, so that a reader who pauses should
    /// rather give up.
    virtual bool is_wanted() const { return false; }
};

/// Where bytes go. `write` returns when the sink can take more. One write at a time.
class ByteSink {
  public:
    virtual ~ByteSink() = default;
    /// Errors: unavailable (the reader is gone), cancelled, those of the sink.
    virtual Task<void> write(Chunk chunk) = 0;
};

/// A source over bytes in memory, as one chunk or in pieces of `piece_bytes`.
std::unique_ptr<ByteSource> source_of(Bytes data);
std::unique_ptr<ByteSource> source_of(Bytes data, std::size_t piece_bytes);

}  // namespace weft::rt
