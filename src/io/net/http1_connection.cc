#include "io/net/http1_connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace weft::net {

/// The content of the present request, read from the connection as the reader asks for it.
class Http1Connection::RequestBody final : public rt::ByteSource {
  public:
    RequestBody(std::shared_ptr<Http1Connection> connection, bool expects_continue)
        : connection_(std::move(connection)),
          decoder_(connection_->decoder_),
          continue_due_(expects_continue) {}

    rt::Task<rt::Chunk> read() override {
        auto connection = connection_;
        for (;;) {
            auto ready = try_read();
            if (ready) co_return std::move(*ready);
            const auto due =
                connection->shared_->executor->now() + connection->shared_->limits.body_wait;
            CO_CHECK(co_await connection->stream_.fill(due));
        }
    }

    std::optional<Result<rt::Chunk>> try_read() override {
        auto& stream = connection_->stream_;
        if (!connection_->is_open_ || connection_->decoder_ != decoder_) return gone();
        if (std::exchange(continue_due_, false)) {
            // A client that cannot take 25 bytes now will send its content anyway, after a while.
            (void)stream.try_write(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
        }
        std::size_t used = 0;
        auto piece = decoder_->read(stream.input(), used);
        stream.consume(used);
        if (!piece) return Failure(std::move(piece).error());
        if (*piece) return std::move(**piece);
        if (stream.is_ended()) return gone();
        return std::nullopt;
    }

  private:
    static Failure gone() {
        return fail(Errc::unavailable, "net.client_gone",
                    "the client left before its request was complete");
    }

    std::shared_ptr<Http1Connection> connection_;
    std::shared_ptr<BodyDecoder> decoder_;
    bool continue_due_;
};

std::string_view Http1Shared::date_now() {
    const auto now = executor->now();
    if (now < date_until) return date;
    const std::time_t seconds = clock->now_unix_s();
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    date.assign(text.data(), size);
    date_until = now + std::chrono::milliseconds(500);
    return date;
}

rt::Task<void> Http1Connection::serve(std::shared_ptr<Http1Connection> self) {
    self->context_ = co_await rt::current_context();
    Result<void> result = ok();
    while (result && self->keep_alive_ && !self->shared_->draining) {
        Result<std::optional<RequestHead>> head = co_await self->read_head();
        if (!head) {
            result = co_await self->refuse(std::move(head).error());
            break;
        }
        if (!*head) break;
        result = co_await self->exchange(std::move(**head));
    }
    self->stream_.watch(nullptr);
    self->is_open_ = false;
    self->stream_.shutdown_write();
    if (!result && result.error().code != Errc::internal) ++self->shared_->stats.clients_gone;
    co_return ok();
}

void Http1Connection::drain() {
    keep_alive_ = false;
    if (is_idle_ && context_ != nullptr) context_->cancel();
}

/// Empty when the client closed, or stayed away, between two requests.
rt::Task<std::optional<RequestHead>> Http1Connection::read_head() {
    const auto& limits = shared_->limits;
    is_idle_ = true;
    auto due = shared_->executor->now() + limits.idle_wait;
    decoder_.reset();
    for (;;) {
        if (!stream_.input().empty()) {
            if (is_idle_) due = shared_->executor->now() + limits.head_wait;
            is_idle_ = false;
            std::size_t used = 0;
            CO_TRY(auto head, read_request_head(stream_.input(), limits.head_bytes_max, used));
            stream_.consume(used);
            if (head) {
                CO_CHECK(start_body(*head));
                co_return head;
            }
        }
        if (stream_.is_ended()) co_return std::nullopt;
        Result<void> filled = co_await stream_.fill(due);
        if (filled) continue;
        if (is_idle_) co_return std::nullopt;
        co_return Failure(std::move(filled).error());
    }
}

Result<void> Http1Connection::start_body(RequestHead& head) {
    if (!head.has_body()) return ok();
    TRY(auto decoder, BodyDecoder::create(head, shared_->limits.body_bytes_max));
    decoder_ = std::make_shared<BodyDecoder>(decoder);
    head.request.body = std::make_unique<RequestBody>(shared_from_this(), head.expects_continue);
    return ok();
}

/// Answers a request that never reached the handler, and closes.
rt::Task<void> Http1Connection::refuse(Error error) {
    keep_alive_ = false;
    if (error.code == Errc::cancelled) co_return Failure(std::move(error));
    ++shared_->stats.requests_malformed;
    HttpResponse response;
    response.status = status_of_refusal(error);
    response.headers.push_back({"content-type", "text/plain; charset=utf-8"});
    response.body = rt::source_of(to_bytes(error.message + "\n"));
    CO_CHECK(co_await send(std::move(response), false));
    co_return ok();
}

rt::Task<void> Http1Connection::exchange(RequestHead head) {
    ++shared_->stats.requests;
    const bool is_head_request = head.request.method == "HEAD";
    client_is_http_1_0_ = head.is_http_1_0;
    keep_alive_ = keep_alive_ && head.keep_alive;
    call_ = rt::CallCtx{.trace_id = {shared_->trace_ids.next(), shared_->trace_ids.next()},
                        .span_id = shared_->trace_ids.next()};
    stream_.watch(context_);
    Result<HttpResponse> response =
        co_await shared_->handler->handle(call_, std::move(head.request));
    if (!response && context_->is_cancelled()) co_return Failure(std::move(response).error());
    HttpResponse answer =
        response ? std::move(*response) : shared_->handler->refuse(call_, response.error());
    CO_CHECK(co_await send(std::move(answer), is_head_request));
    stream_.watch(nullptr);
    if (decoder_) skip_rest_of_body();
    co_return ok();
}

/// What the handler left unread is skipped when it is here already; else the connection cannot be
/// used again.
void Http1Connection::skip_rest_of_body() {
    while (!decoder_->is_done()) {
        std::size_t used = 0;
        auto piece = decoder_->read(stream_.input(), used);
        stream_.consume(used);
        if (piece && *piece) continue;
        keep_alive_ = false;
        return;
    }
}

ResponseHead Http1Connection::plan_head(const HttpResponse& response, const rt::Chunk* first,
                                        bool is_head_request) {
    using Connection = ResponseHead::Connection;
    ResponseHead head{.status = response.status, .date = shared_->date_now()};
    const auto* declared = find_header(response.headers, "content-length");
    const bool is_whole = !response.body || (first != nullptr && first->last);
    if (response.status < 200 || response.status == 204 || response.status == 304) {
        head.framing = Framing::none;
    } else if (is_whole && !is_head_request) {
        head.framing = Framing::length;
        head.content_length = first != nullptr ? first->data.size() : 0;
    } else if (declared != nullptr) {
        head.framing = Framing::length;
        head.content_length = std::strtoull(declared->c_str(), nullptr, 10);
    } else if (!is_head_request) {
        head.framing = client_is_http_1_0_ ? Framing::until_close : Framing::chunked;
    }
    if (head.framing == Framing::until_close) keep_alive_ = false;
    if (!keep_alive_)
        head.connection = Connection::close;
    else if (client_is_http_1_0_)
        head.connection = Connection::keep_said;
    return head;
}

rt::Task<void> Http1Connection::send(HttpResponse response, bool is_head_request) {
    std::optional<Result<rt::Chunk>> ready;
    if (response.body) ready = response.body->try_read();
    if (ready && !*ready) {
        // Nothing was sent yet, so the client can still be told.
        response = shared_->handler->refuse(call_, ready->error());
        ready = response.body ? response.body->try_read() : std::nullopt;
    }
    const rt::Chunk* first = ready && *ready ? &**ready : nullptr;
    const auto head = plan_head(response, first, is_head_request);
    Bytes out;
    CO_CHECK(append_response_head(out, head, response.headers));
    if (is_head_request || head.framing == Framing::none || !response.body) {
        CO_CHECK(co_await write(std::move(out)));
        co_return ok();
    }
    rt::Chunk begin;
    if (first != nullptr) begin = std::move(**ready);
    CO_CHECK(co_await send_body(std::move(response.body), head.framing, std::move(out),
                                std::move(begin)));
    co_return ok();
}

/// Sends `out`, then `first` and what follows it. Pieces that are ready together leave together.
rt::Task<void> Http1Connection::send_body(std::unique_ptr<rt::ByteSource> body, Framing framing,
                                          Bytes out, rt::Chunk first) {
    constexpr std::size_t flush_bytes = 64U << 10U;
    rt::Chunk chunk = std::move(first);
    for (;;) {
        if (framing == Framing::chunked && !chunk.data.empty())
            append_chunk(out, chunk.data);
        else
            out.insert(out.end(), chunk.data.begin(), chunk.data.end());
        if (chunk.last) break;
        auto ready = body->try_read();
        if (!ready || out.size() >= flush_bytes) {
            if (!out.empty()) CO_CHECK(co_await write(std::exchange(out, {})));
            if (!ready) ready = co_await body->read();
        }
        if (!*ready) {  // The client sees a response without its end.
            if (!out.empty()) CO_CHECK(co_await write(std::move(out)));
            co_return Failure(std::move(*ready).error());
        }
        chunk = std::move(**ready);
    }
    if (framing == Framing::chunked) append_last_chunk(out);
    if (!out.empty()) CO_CHECK(co_await write(std::move(out)));
    co_return ok();
}

rt::Task<void> Http1Connection::write(Bytes data) {
    CO_TRY(const auto sent, stream_.try_write(data));
    if (sent == data.size()) co_return ok();
    data.erase(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(sent));
    CO_CHECK(co_await stream_.write(std::move(data),
                                    shared_->executor->now() + shared_->limits.write_wait));
    co_return ok();
}

}  // namespace weft::net
