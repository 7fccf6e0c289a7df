#pragma once

#include <memory>
#include <optional>

#include "base/rt/one_shot.h"
#include "io/engine/wasmtime/body_feed.h"
#include "io/engine/wasmtime/response_buffer.h"

namespace weft::engine::wasmtime {

/// One HTTP request of an instance: its body on the way in, its response on the way out, and who
/// waits for it. Shared by the instance, as long as that has to do with it, and by the reader of
/// the response. Shard-local.
class Call final {
  public:
    /// Who is told when the call's time is over.
    class Owner {
      public:
        virtual void on_deadline(Call& call) = 0;

      protected:
        ~Owner() = default;
    };

    /// `executor` outlives the call. Errors: internal.
    static Result<std::shared_ptr<Call>> create(rt::Executor* executor,
                                                std::unique_ptr<rt::ByteSource> body,
                                                TimePoint deadline);
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() = default;

    /// Gives it to the library: the call names itself to `task` by `id()` from then on. Errors:
    /// invalid_argument (the request cannot be expressed), unsupported.
    Result<void> start(we_task* task, const net::HttpRequest& request, Owner* owner);

    std::uint64_t id() const { return id_; }
    TimePoint deadline() const { return deadline_; }
    ResponseBuffer& response() { return response_; }

    /// After each poll of the instance: moves the request's body on and wakes who waits.
    void pump() {
        if (feed_) feed_->pump();
    }
    void notify();
    /// Neither the response nor the request's body needs the instance any more.
    bool is_over() const { return response_.has_ended() && (!feed_ || feed_->is_closed()); }
    /// The library has let go of the call, or will: its body is given up, its time is not watched.
    void detach();

    /// Returns when something has arrived. Errors: cancelled. One waiter.
    static rt::Task<void> wait(std::shared_ptr<Call> call);

  private:
    Call(rt::Executor* executor, TimePoint deadline) : executor_(executor), deadline_(deadline) {}

    rt::Executor* executor_;
    TimePoint deadline_;
    Owner* owner_ = nullptr;  // Null before start and after detach.
    std::uint64_t id_ = 0;
    ResponseBuffer response_;
    std::shared_ptr<BodyFeed> feed_;        // Null without a request body.
    rt::OneShot<void>* waiting_ = nullptr;  // Borrowed from the frame of `wait`.
    std::optional<rt::Timer> due_;
};

}  // namespace weft::engine::wasmtime
