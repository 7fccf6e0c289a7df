#pragma once

#include <memory>

#include "io/engine/wasmtime/call/call.h"
#include "io/engine/wasmtime/call/response_buffer.h"
#include "io/engine/wasmtime/streams/body_feed.h"

namespace weft::engine::wasmtime {

/// An HTTP request: its body on the way in, its response on the way out.
class HttpCall final : public Call {
  public:
    /// `executor` outlives the call. Errors: internal.
    static Result<std::shared_ptr<HttpCall>> create(rt::Executor* executor, rt::CallCtx ctx,
                                                    std::unique_ptr<rt::ByteSource> body);

    /// Gives it to the instance that `task` runs. Errors: invalid_argument (the request cannot be
    /// expressed), unsupported.
    Result<void> start(we_task* task, const net::HttpRequest& request, Owner* owner);

    ResponseBuffer& response() { return response_; }

    bool has_ended() const override { return response_.has_ended(); }
    bool is_over() const override { return has_ended() && (!feed_ || feed_->is_closed()); }
    void fail_with(Failure failure) override { response_.fail_with(std::move(failure)); }
    void pump() override {
        if (feed_) feed_->pump();
    }
    void detach() override;

  private:
    using Call::Call;
    bool take_news() override { return response_.take_news(); }
    bool waits_for_reader() const override { return response_.has_content(); }

    ResponseBuffer response_;
    std::shared_ptr<BodyFeed> feed_;  // Null without a request body.
};

}  // namespace weft::engine::wasmtime
