#pragma once

#include <functional>
#include <memory>

#include "base/rt/byte_stream.h"
#include "base/rt/scope.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// Carries a request body, a stream or the value of a future to the guest, one chunk for each time
/// the guest wants one; so a slow guest slows the source down. Shard-local. May be given up before
/// the library has let go of the body: the guest then sees that it was cut off.
class BodyFeed : public std::enable_shared_from_this<BodyFeed> {
  public:
    /// Errors: internal.
    static Result<std::shared_ptr<BodyFeed>> create(rt::Executor* executor,
                                                    std::unique_ptr<rt::ByteSource> source);

    /// Of what a guest is to write: nothing is fed, and it is over at once.
    static std::shared_ptr<BodyFeed> of_output(rt::Executor* executor, BodyHandle output);

    /// Is told how much the guest gets, each time.
    void set_meter(std::move_only_function<void(std::size_t)> meter) { meter_ = std::move(meter); }
    /// For the request or answer; stays ours.
    we_body* body() const { return body_.get(); }
    /// The guest reads no more of it.
    bool is_closed() const { return asked_->closed; }
    /// Does what the guest asked for since the last call. After each poll; by itself when the guest
    /// has handed over what it reads, and another asks.
    void pump();
    /// Gives up the source, at once or when its read has been cancelled.
    void stop();

  private:
    /// What the library said; outlives the feed as long as the library has the body.
    struct Asked {
        bool wanted = false;  // The guest waits for a chunk that is not being read yet.
        bool closed = false;  // Nobody reads any more.
        std::weak_ptr<BodyFeed> feed;
        rt::Executor* executor;  // Outlives the instance.
    };

    BodyFeed(rt::Executor* executor, std::unique_ptr<rt::ByteSource> source)
        : source_(std::move(source)), reads_(executor) {}

    static rt::Task<void> read_one(std::shared_ptr<BodyFeed> feed);
    void deliver(Result<rt::Chunk> chunk);

    std::unique_ptr<rt::ByteSource> source_;  // Null once at its end or given up.
    bool reading_ = false;                    // `source_` must stay alive.
    std::shared_ptr<Asked> asked_ = std::make_shared<Asked>();
    BodyHandle body_;
    std::move_only_function<void(std::size_t)> meter_;
    rt::Scope reads_;
};

}  // namespace weft::engine::wasmtime
