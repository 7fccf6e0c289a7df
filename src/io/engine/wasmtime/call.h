#pragma once

#include <memory>
#include <optional>

#include "base/rt/one_shot.h"
#include "io/engine/engine.h"
#include "io/engine/wasmtime/body_feed.h"
#include "io/engine/wasmtime/poll_job.h"
#include "io/engine/wasmtime/response_buffer.h"

namespace weft::engine::wasmtime {

/// What a call is given besides its request.
struct CallSetUp {
    rt::Executor* executor;  ///< Owns the call; outlives it.
    TimePoint deadline;
    CallLimits limits;
    std::shared_ptr<GuestObserver> observer;  ///< May be null.
};

/// One HTTP request in an instance of its own, from the start of its task to the end of its guest.
/// Lives as long as someone reads its response; after a complete response the guest may go on for a
/// while, and the call then keeps itself. Shard-local.
class Call final : public std::enable_shared_from_this<Call>, private PollJob::Client {
  public:
    /// How long a guest may go on after its response was read, if its deadline is not earlier.
    static constexpr Duration after_response_max = std::chrono::seconds(10);

    /// Errors: invalid_argument (the request cannot be expressed), unsupported.
    static Result<std::shared_ptr<Call>> start(const we_component* component,
                                               net::HttpRequest request, CallSetUp set_up);
    ~Call();

    ResponseBuffer& response() { return response_; }
    /// Returns when something has arrived. Errors: cancelled. One waiter.
    static rt::Task<void> wait(std::shared_ptr<Call> call);
    /// What has arrived of the content; lets the guest go on if it was held back.
    std::optional<Result<rt::Chunk>> take_chunk();
    /// Nobody reads the response any more: ends the guest, unless the response was complete.
    void release();

  private:
    explicit Call(CallSetUp set_up);

    Result<void> start_task(const we_component* component, const net::HttpRequest& request);
    void after_poll(bool done) override;
    void stop_at(TimePoint due);
    void on_due();
    void end();
    void notify();

    CallSetUp set_up_;
    ResponseBuffer response_;
    std::shared_ptr<BodyFeed> feed_;  // Null without a request body.
    PollJobPtr job_;
    rt::OneShot<void>* waiting_ = nullptr;  // Borrowed from the frame of `wait`.
    std::shared_ptr<Call> self_;            // Set while the guest goes on after its response.
    std::optional<rt::Timer> due_;
};

/// The reader's share in a call.
class CallReader {
  public:
    explicit CallReader(std::shared_ptr<Call> call) : call_(std::move(call)) {}
    CallReader(CallReader&&) = default;
    CallReader& operator=(CallReader&&) = delete;
    ~CallReader() {
        if (call_) call_->release();
    }
    const std::shared_ptr<Call>& call() const { return call_; }

  private:
    std::shared_ptr<Call> call_;
};

}  // namespace weft::engine::wasmtime
