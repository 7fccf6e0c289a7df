#include <charconv>
#include <limits>
#include <utility>

#include "io/net/http1_connection.h"

namespace weft::net {
namespace {

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

}  // namespace

/// What goes out before the rest of the content. Errors: why the response cannot be sent; nothing
/// of it was.
Result<Http1Connection::Opening> Http1Connection::open(HttpResponse& response,
                                                       bool is_head_request) {
    TRY(const auto declared, noted(check_response(response)));
    download_ = BodyPace(download_rate());
    sent_ = 0;
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
    } else if (declared || (out.first.last && (!out.first.trailers || client_is_http_1_0_))) {
        out.head.framing = Framing::length;
    } else {
        out.head.framing = client_is_http_1_0_ ? Framing::until_close : Framing::chunked;
    }
    out.head.content_length = declared.value_or(out.first.data.size());
    if (out.first.last && !is_without_content)
        CHECK(noted(check_length(out.first.data.size(), out.head.content_length)));
    if (!will_skip_rest_of_body()) {
        ++shared_->stats.contents_unread;
        keep_alive_ = false;
    }
    if (out.head.framing == Framing::until_close) keep_alive_ = false;
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
        chunk.data = {};  // A client that takes nothing holds no more than it must.
        is_whole =
            chunk.last && !is_too_long && (opening.head.framing != Framing::length || left == 0);
        if (chunk.last || is_too_long) {
            if (!is_whole)
                shared_->handler->note_broken(
                    call_, wrong_length(opening.head.content_length, is_too_long).error());
            break;
        }
        auto ready = body->try_read();
        const auto next = ready && *ready ? (*ready)->data.size() : 0;
        if (!ready || out.size() + next > flush_bytes) {
            if (!out.empty()) CO_CHECK(co_await write(std::exchange(out, {}), body.get()));
            if (!ready) ready = co_await body->read();
        }
        if (!*ready) break;
        chunk = std::move(**ready);
    }
    body.reset();  // A client that is slow to take the end holds no instance.
    if (is_whole && is_chunked)
        is_whole = noted(append_last_chunk(out, chunk.trailers.get())).has_value();
    if (!out.empty()) CO_CHECK(co_await write(std::move(out)));
    // An orderly end would say that it is whole.
    if (!is_whole && opening.head.framing == Framing::until_close) stream_.abort();
    keep_alive_ = keep_alive_ && is_whole;
    co_return ok();
}

BodyRate Http1Connection::download_rate() const {
    const auto& limits = shared_->limits;
    return {.bytes_per_s = limits.body_rate_min,
            .first = limits.write_wait,
            .longest = limits.write_wait};
}

/// `source` is what the rest of the response will come from, if there is more.
rt::Task<void> Http1Connection::write(Bytes data, const rt::ByteSource* source) {
    for (std::size_t sent = 0;;) {
        CO_TRY(const auto took, stream_.try_write(BytesView(data).subspan(sent)));
        sent += took;
        sent_ += took;
        if (sent == data.size()) co_return ok();
        Result<void> came = co_await await_client(Awaits::room, source);
        if (came) continue;
        stream_.abort();  // Part of it was sent: nothing can follow.
        co_return came;
    }
}

}  // namespace weft::net
