#pragma once

#include <memory>

#include "base/rt/byte_stream.h"
#include "base/rt/scope.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// Carries a request body to the guest, one chunk for each time the guest wants one; so a slow
/// guest slows the client down. Shard-local.
class BodyFeed : public std::enable_shared_from_this<BodyFeed> {
  public:
    /// Errors: internal.
    static Result<std::shared_ptr<BodyFeed>> create(rt::Executor* executor,
                                                    std::unique_ptr<rt::ByteSource> source);

    /// For the request; stays ours.
    we_body* body() const { return body_.get(); }
    /// The guest reads no more of it.
    bool is_closed() const { return closed_; }
    /// Does what the guest asked for since the last call. After each poll.
    void pump();
    /// Gives up the source, at once or when its read has been cancelled. The library must have let
    /// go of the body, or never have had it.
    void stop();

  private:
    BodyFeed(rt::Executor* executor, std::unique_ptr<rt::ByteSource> source)
        : source_(std::move(source)), reads_(executor) {}

    static rt::Task<void> read_one(std::shared_ptr<BodyFeed> feed);
    void deliver(Result<rt::Chunk> chunk);

    std::unique_ptr<rt::ByteSource> source_;  // Null once at its end or given up.
    bool wanted_ = false;   // The guest waits for a chunk that is not being read yet.
    bool reading_ = false;  // `source_` must stay alive.
    bool closed_ = false;   // Nobody reads any more.
    BodyHandle body_;
    rt::Scope reads_;
};

}  // namespace weft::engine::wasmtime
