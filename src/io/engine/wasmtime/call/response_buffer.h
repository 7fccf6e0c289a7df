#pragma once

#include <optional>

#include "io/engine/engine.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// What has arrived of one response and was not taken yet. Holds at most about two windows of
/// content; a full one asks the library for a pause. Shard-local.
class ResponseBuffer {
  public:
    /// Content held before the guest is held back.
    static constexpr std::size_t window_bytes = 64U << 10U;

    /// Callbacks that fill this buffer. They are made during polls only and just store.
    void connect(we_http_sink& sink);

    bool has_head() const { return head_.has_value(); }
    bool has_ended() const { return ended_; }
    /// There is content that nobody took.
    bool has_content() const { return !content_.empty(); }
    bool has_failed() const { return error_.has_value(); }
    /// Complete, and all of it was taken.
    bool is_delivered() const { return ended_ && !error_ && content_.empty(); }
    /// Status and fields; once.
    net::HttpResponse take_head();
    /// The content that is there, or the failure behind it. Null when the reader must wait.
    std::optional<Result<rt::Chunk>> take_chunk();
    /// What made the response fail.
    Failure failure() const { return Failure(*error_); }
    /// True once after a pause was asked for and there is room again.
    bool take_resume();
    /// True once after something arrived.
    bool take_news() { return std::exchange(news_, false); }
    /// Ends the response with an error unless it has ended.
    void fail_with(Failure failure);

  private:
    std::optional<net::HttpResponse> head_;
    Bytes content_;
    std::unique_ptr<rt::Trailers> trailers_;
    std::optional<Error> error_;
    bool ended_ = false;
    bool paused_ = false;
    bool news_ = false;
};

}  // namespace weft::engine::wasmtime
