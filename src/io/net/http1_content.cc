#include <algorithm>
#include <utility>

#include "io/net/http1_connection.h"

namespace weft::net {
namespace {

Failure client_gone() {
    return fail(Errc::unavailable, "net.client_gone",
                "the client left before its request was complete");
}

}  // namespace

/// The content of the present request: what was gathered, then the rest, read from the connection
/// as the reader asks for it.
class Http1Connection::RequestBody final : public rt::ByteSource {
  public:
    RequestBody(std::shared_ptr<Http1Connection> connection, rt::Chunk gathered)
        : connection_(std::move(connection)),
          decoder_(connection_->decoder_),
          gathered_(std::move(gathered)) {}

    rt::Task<rt::Chunk> read() override {
        auto connection = connection_;
        for (;;) {
            auto ready = try_read();
            if (ready) co_return std::move(*ready);
            Result<void> came = co_await connection->await_client(Awaits::bytes);
            if (!came) co_return failed(std::move(came).error());
        }
    }

    std::optional<Result<rt::Chunk>> try_read() override {
        auto& stream = connection_->stream_;
        if (!gathered_.data.empty() || gathered_.last) return std::exchange(gathered_, {});
        if (!connection_->is_open_ || connection_->decoder_ != decoder_) return client_gone();
        connection_->send_continue();
        std::size_t used = 0;
        auto piece = decoder_->read(stream.input(), used);
        stream.consume(used);
        connection_->upload_.note({}, used);
        if (!piece) return failed(std::move(piece).error());
        if (decoder_->is_done()) connection_->end_early_start();
        if (*piece) return std::move(**piece);
        if (stream.is_ended()) return client_gone();
        return std::nullopt;
    }

  private:
    /// Remembers what the client is told if the handler fails of it.
    Failure failed(Error error) {
        if (error.code != Errc::cancelled && connection_->decoder_ == decoder_)
            connection_->body_error_ = error;
        return Failure(std::move(error));
    }

    std::shared_ptr<Http1Connection> connection_;
    std::shared_ptr<BodyDecoder> decoder_;
    rt::Chunk gathered_;
};

BodyRate Http1Connection::upload_rate() const {
    const auto& limits = shared_->limits;
    return {.bytes_per_s = limits.body_rate_min,
            .first = limits.body_grace,
            .longest = limits.body_wait};
}

/// Gives the request its content, of which as much is here as it takes to begin.
rt::Task<RequestHead> Http1Connection::take_content(RequestHead head) {
    CO_TRY(auto decoder,
           BodyDecoder::create(head, std::min(shared_->limits.body_bytes_max,
                                              shared_->handler->body_bytes_max(head.request))));
    decoder_ = std::make_shared<BodyDecoder>(decoder);
    expects_continue_ = head.expects_continue;
    has_begun_response_ = false;
    upload_ = BodyPace(upload_rate());
    CO_TRY(auto gathered, co_await gather());
    head.request.body = std::make_unique<RequestBody>(shared_from_this(), std::move(gathered));
    co_return head;
}

/// Waits until a handler may begin. A client that waits for `100 Continue` is not waited for: its
/// request begins at once, and the handler's first read sends it; when no early start is left, it
/// is sent here, and the content is waited for like any other.
rt::Task<rt::Chunk> Http1Connection::gather() {
    const auto start_at = shared_->executor->now() + shared_->limits.start_wait;
    bool is_held = false;
    for (rt::Chunk content;;) {
        CO_TRY(const bool is_enough, decode_some(&content));
        if (is_enough) co_return content;
        if (stream_.is_ended()) co_return client_gone();
        const auto now = shared_->executor->now();
        const bool may_start = expects_continue_ || !content.data.empty() || now >= start_at;
        if (may_start && try_start_early()) co_return content;
        if (may_start && !std::exchange(is_held, true)) ++shared_->stats.starts_held;
        if (may_start) send_continue();
        // One that is held looks now and then whether it may start early after all.
        const auto wait = may_start ? shared_->limits.slow_after : start_at - now;
        Result<void> filled = co_await stream_.fill(now + std::min(upload_.left(), wait));
        upload_.note(shared_->executor->now() - now, 0);
        if (filled) continue;
        const bool is_late = filled.error().code == Errc::deadline;
        if (is_late && upload_.left() > Duration::zero()) continue;
        if (is_late) ++shared_->stats.bodies_too_slow;
        co_return Failure(std::move(filled).error());
    }
}

/// Moves what has come into `content`; true when that is enough to begin with.
Result<bool> Http1Connection::decode_some(rt::Chunk* content) {
    while (!content->last && content->data.size() < shared_->limits.start_bytes) {
        std::size_t used = 0;
        TRY(auto piece, decoder_->read(stream_.input(), used));
        stream_.consume(used);
        upload_.note({}, used);
        if (!piece) return false;
        expects_continue_ = false;  // Who sends content has not waited.
        content->last = piece->last;
        content->trailers = std::move(piece->trailers);
        if (content->data.empty())
            content->data = std::move(piece->data);
        else
            content->data.insert(content->data.end(), piece->data.begin(), piece->data.end());
    }
    return true;
}

bool Http1Connection::try_start_early() {
    if (shared_->early_starts >= shared_->limits.early_starts_max) return false;
    ++shared_->early_starts;
    is_early_start_ = true;
    return true;
}

void Http1Connection::end_early_start() {
    if (std::exchange(is_early_start_, false)) --shared_->early_starts;
}

/// If the client waits for it. One that cannot take 25 bytes now will send its content anyway,
/// after a while.
void Http1Connection::send_continue() {
    if (!expects_continue_ || has_begun_response_) return;
    expects_continue_ = false;
    (void)stream_.try_write(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
}

/// Whether what the handler left unread is little and will come, so that the connection can go on.
bool Http1Connection::will_skip_rest_of_body() const {
    if (!decoder_ || decoder_->is_done()) return true;
    if (expects_continue_) return false;            // It may never come.
    const bool is_held = decoder_.use_count() > 1;  // Somebody goes on reading it.
    return is_held || decoder_->bytes_left() <= shared_->limits.skipped_bytes_max;
}

rt::Task<void> Http1Connection::skip_rest_of_body() {
    decoder_ = std::make_shared<BodyDecoder>(*decoder_);  // Nobody else reads it any more.
    const auto due = shared_->executor->now() + shared_->limits.linger_wait;
    const auto skipped_max = shared_->limits.skipped_bytes_max;
    std::size_t skipped = 0;
    while (keep_alive_ && !decoder_->is_done()) {
        std::size_t used = 0;
        auto piece = decoder_->read(stream_.input(), used);
        stream_.consume(used);
        if (piece && *piece)
            skipped += (*piece)->data.size();
        else if (piece && !stream_.is_ended())
            keep_alive_ = (co_await stream_.fill(due)).has_value();
        else
            keep_alive_ = false;
        keep_alive_ = keep_alive_ && skipped <= skipped_max;
    }
    has_unread_input_ = !keep_alive_;
    if (skipped > skipped_max) ++shared_->stats.contents_unread;
    co_return ok();
}

}  // namespace weft::net
