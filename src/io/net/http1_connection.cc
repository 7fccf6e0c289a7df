#include "io/net/http1_connection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <limits>
#include <utility>

namespace weft::net {
namespace {

/// Of a request whose response went out before all of it was read: more is not read for the sake
/// of the connection.
constexpr std::size_t skipped_bytes_max = 64U << 10U;
/// For the rest of such a request, and for a client to see the response before it is reset.
constexpr Duration linger_wait = std::chrono::seconds(5);

Failure wrong_length(std::uint64_t promised, bool is_too_long) {
    return fail(Errc::failed_precondition, "net.http_length_broken",
                "the response has {} than the {} bytes of its content-length",
                is_too_long ? "more" : "less", promised);
}

Result<void> check_length(std::uint64_t size, std::uint64_t promised) {
    if (size == promised) return ok();
    return wrong_length(promised, size > promised);
}

/// Checks what a handler says of its response; the result is the length that it declares.
Result<std::optional<std::uint64_t>> check_response(const HttpResponse& response) {
    if (response.status < 200 || response.status > 599)
        return fail(Errc::failed_precondition, "net.http_status_invalid",
                    "the response has status {}, a final one is between 200 and 599",
                    response.status);
    std::optional<std::uint64_t> declared;
    for (const auto& header : response.headers) {
        if (!same_header_name(header.name, "content-length")) continue;
        std::uint64_t length = 0;
        const char* const end = header.value.data() + header.value.size();
        const auto [at, error] = std::from_chars(header.value.data(), end, length);
        if (error != std::errc() || at != end || declared.value_or(length) != length)
            return fail(Errc::failed_precondition, "net.http_length_invalid",
                        "the response's content-length is not one plain number");
        declared = length;
    }
    return declared;
}

HttpResponse refusal_of(const Error& error) {
    HttpResponse response;
    response.status = status_of_refusal(error);
    response.headers.push_back({"content-type", "text/plain; charset=utf-8"});
    response.body = rt::source_of(to_bytes(error.message + "\n"));
    return response;
}

}  // namespace

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
            Result<void> filled = co_await connection->stream_.fill(due);
            if (!filled) co_return failed(std::move(filled).error());
        }
    }

    std::optional<Result<rt::Chunk>> try_read() override {
        auto& stream = connection_->stream_;
        if (!connection_->is_open_ || connection_->decoder_ != decoder_) return gone();
        if (std::exchange(continue_due_, false) && !connection_->has_begun_response_) {
            // A client that cannot take 25 bytes now will send its content anyway, after a while.
            (void)stream.try_write(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
            connection_->expects_continue_ = false;
        }
        std::size_t used = 0;
        auto piece = decoder_->read(stream.input(), used);
        stream.consume(used);
        if (!piece) return failed(std::move(piece).error());
        if (*piece) return std::move(**piece);
        if (stream.is_ended()) return gone();
        return std::nullopt;
    }

  private:
    /// Remembers what the client is told if the handler fails of it.
    Failure failed(Error error) {
        if (error.code != Errc::cancelled && connection_->decoder_ == decoder_)
            connection_->body_error_ = error;
        return Failure(std::move(error));
    }
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
    if (self->has_unread_input_) CO_CHECK(co_await self->linger());
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
    RequestHeadReader reader(limits.head_bytes_max);
    for (;;) {
        if (!stream_.input().empty()) {
            if (is_idle_) due = shared_->executor->now() + limits.head_wait;
            is_idle_ = false;
            std::size_t used = 0;
            CO_TRY(auto head, reader.read(stream_.input(), used));
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
    TRY(auto decoder,
        BodyDecoder::create(head, std::min(shared_->limits.body_bytes_max,
                                           shared_->handler->body_bytes_max(head.request))));
    decoder_ = std::make_shared<BodyDecoder>(decoder);
    expects_continue_ = head.expects_continue;
    head.request.body = std::make_unique<RequestBody>(shared_from_this(), head.expects_continue);
    return ok();
}

/// Answers a request that never reached the handler, and closes.
rt::Task<void> Http1Connection::refuse(Error error) {
    keep_alive_ = false;
    has_unread_input_ = true;
    if (error.code == Errc::cancelled) co_return Failure(std::move(error));
    ++shared_->stats.requests_malformed;
    CO_CHECK(co_await send(refusal_of(error), false));
    co_return ok();
}

/// What the client is told when the handler failed with `error`: if the request's own content was
/// at fault, that.
HttpResponse Http1Connection::answer_to(const Error& error) {
    if (!body_error_ || body_error_->code == Errc::unavailable)
        return shared_->handler->refuse(call_, error);
    ++shared_->stats.requests_malformed;
    keep_alive_ = false;
    return refusal_of(*body_error_);
}

rt::Task<void> Http1Connection::exchange(RequestHead head) {
    ++shared_->stats.requests;
    const bool is_head_request = head.request.method == "HEAD";
    client_is_http_1_0_ = head.is_http_1_0;
    keep_alive_ = keep_alive_ && head.keep_alive;
    has_begun_response_ = false;
    body_error_.reset();
    call_ = rt::CallCtx{.trace_id = {shared_->trace_ids.next(), shared_->trace_ids.next()},
                        .span_id = shared_->trace_ids.next()};
    stream_.watch(context_);
    Result<HttpResponse> response =
        co_await shared_->handler->handle(call_, std::move(head.request));
    if (!response && context_->is_cancelled()) co_return Failure(std::move(response).error());
    HttpResponse answer = response ? std::move(*response) : answer_to(response.error());
    CO_CHECK(co_await send(std::move(answer), is_head_request));
    stream_.watch(nullptr);
    if (decoder_ && !decoder_->is_done()) CO_CHECK(co_await skip_rest_of_body());
    co_return ok();
}

/// Whether what the handler left unread is little and will come, so that the connection can go on.
bool Http1Connection::will_skip_rest_of_body() const {
    if (!decoder_ || decoder_->is_done()) return true;
    const bool is_held = decoder_.use_count() > 1;  // Somebody goes on reading it.
    return is_held || (!expects_continue_ && decoder_->bytes_left() <= skipped_bytes_max);
}

rt::Task<void> Http1Connection::skip_rest_of_body() {
    decoder_ = std::make_shared<BodyDecoder>(*decoder_);  // Nobody else reads it any more.
    const auto due = shared_->executor->now() + linger_wait;
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
        keep_alive_ = keep_alive_ && skipped <= skipped_bytes_max;
    }
    has_unread_input_ = !keep_alive_;
    co_return ok();
}

/// Reads on for a while what the client still sends: a connection that is closed with unread bytes
/// in it is reset, and a reset destroys the response on its way (RFC 9112 section 9.6).
rt::Task<void> Http1Connection::linger() {
    is_idle_ = true;
    const auto due = shared_->executor->now() + linger_wait;
    while (!stream_.is_ended()) {
        stream_.consume(stream_.input().size());
        if (!co_await stream_.fill(due)) break;
    }
    co_return ok();
}

/// What goes out before the rest of the content. Errors: why the response cannot be sent; nothing
/// of it was.
Result<Http1Connection::Opening> Http1Connection::open(HttpResponse& response,
                                                       bool is_head_request) {
    TRY(const auto declared, noted(check_response(response)));
    Opening out{.head = {.status = response.status, .date = shared_->date_now()}};
    const bool is_without_content =
        is_head_request || response.status == 204 || response.status == 304;
    if (is_without_content) response.body.reset();  // It is not read at all.
    if (auto ready = response.body ? response.body->try_read() : std::nullopt) {
        TRY(out.first, std::move(*ready));
    }
    out.first.last |= response.body == nullptr;
    if (is_without_content) {
        // For a 204 nothing is declared, else the length of what a GET would have got.
        if (declared && response.status != 204) out.head.framing = Framing::length;
    } else if (out.first.last || declared) {
        out.head.framing = Framing::length;
    } else {
        out.head.framing = client_is_http_1_0_ ? Framing::until_close : Framing::chunked;
    }
    out.head.content_length = declared.value_or(out.first.data.size());
    if (out.first.last && !is_without_content)
        CHECK(noted(check_length(out.first.data.size(), out.head.content_length)));
    if (out.head.framing == Framing::until_close || !will_skip_rest_of_body()) keep_alive_ = false;
    if (!keep_alive_)
        out.head.connection = ResponseHead::Connection::close;
    else if (client_is_http_1_0_)
        out.head.connection = ResponseHead::Connection::keep_said;
    CHECK(noted(append_response_head(out.bytes, out.head, response.headers)));
    return out;
}

/// Tells the handler of what is wrong with its response.
template <typename T>
Result<T> Http1Connection::noted(Result<T> result) {
    if (!result) shared_->handler->note_broken(call_, result.error());
    return result;
}

rt::Task<void> Http1Connection::send(HttpResponse response, bool is_head_request) {
    auto opening = open(response, is_head_request);
    if (!opening) {  // Nothing was sent, so the client can still be told.
        response = answer_to(opening.error());
        opening = open(response, is_head_request);
    }
    if (!opening) co_return Failure(std::move(opening).error());
    has_begun_response_ = true;
    if (response.body)
        CO_CHECK(co_await send_body(std::move(response.body), std::move(*opening)));
    else
        CO_CHECK(co_await write(std::move(opening->bytes)));
    co_return ok();
}

/// Sends the opening and what follows it. Pieces that are ready together leave together. A content
/// that fails, or is not as long as the head says, ends the connection: the client sees that the
/// response has no end, and never more than the head promised.
rt::Task<void> Http1Connection::send_body(std::unique_ptr<rt::ByteSource> body, Opening opening) {
    constexpr std::size_t flush_bytes = 64U << 10U;
    const bool is_chunked = opening.head.framing == Framing::chunked;
    // What may still come; without a length any number.
    auto left = opening.head.framing == Framing::length ? opening.head.content_length
                                                        : std::numeric_limits<std::uint64_t>::max();
    Bytes out = std::move(opening.bytes);
    rt::Chunk chunk = std::move(opening.first);
    bool is_whole = false;
    for (;;) {
        const auto size = std::min<std::uint64_t>(chunk.data.size(), left);
        const bool is_too_long = size < chunk.data.size();
        left -= size;
        if (is_chunked && size > 0)
            append_chunk(out, chunk.data);
        else
            out.insert(out.end(), chunk.data.begin(),
                       chunk.data.begin() + static_cast<std::ptrdiff_t>(size));
        is_whole =
            chunk.last && !is_too_long && (opening.head.framing != Framing::length || left == 0);
        if (chunk.last || is_too_long) {
            if (!is_whole)
                shared_->handler->note_broken(
                    call_, wrong_length(opening.head.content_length, is_too_long).error());
            break;
        }
        auto ready = body->try_read();
        if (!ready || out.size() >= flush_bytes) {
            if (!out.empty()) CO_CHECK(co_await write(std::exchange(out, {})));
            if (!ready) ready = co_await body->read();
        }
        if (!*ready) break;
        chunk = std::move(**ready);
    }
    if (is_whole && is_chunked) append_last_chunk(out);
    if (!out.empty()) CO_CHECK(co_await write(std::move(out)));
    keep_alive_ = keep_alive_ && is_whole;
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
