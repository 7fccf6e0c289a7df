#include "io/net/http1_connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <limits>
#include <utility>

namespace weft::net {

HttpResponse refusal_of(const Error& error) {
    HttpResponse response;
    response.status = status_of_refusal(error);
    response.headers.push_back({"content-type", "text/plain; charset=utf-8"});
    response.body = rt::source_of(to_bytes(error.message + "\n"));
    return response;
}

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

void Http1Shared::add_slow(Slow one) {
    slow.insert(std::ranges::upper_bound(slow, one.since, {}, &Slow::since), one);
    if (slow.size() <= limits.slow_clients_max) return;
    auto* const longest = slow.front().connection;
    forget_slow(longest);
    ++stats.slow_ended;
    longest->end();
}

void Http1Shared::remove_slow(const ConnectionTable::Connection* connection) {
    const auto found = std::ranges::find(slow, connection, &Slow::connection);
    if (found != slow.end()) slow.erase(found);
}

void Http1Shared::forget_slow(const ConnectionTable::Connection* connection) {
    std::erase_if(slow, [&](const Slow& one) { return one.connection == connection; });
}

rt::Task<void> Http1Connection::serve(std::shared_ptr<Http1Connection> self, ConnectionTable* table,
                                      ConnectionTable::Place place) {
    self->context_ = co_await rt::current_context();
    self->table_ = table;
    self->place_ = place;
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
    self->end_early_start();
    self->shared_->forget_slow(self.get());
    self->stream_.shutdown_write();
    if (self->has_unread_input_) CO_CHECK(co_await self->linger());
    if (!result && result.error().code != Errc::internal) ++self->shared_->stats.clients_gone;
    co_return ok();
}

void Http1Connection::drain() {
    keep_alive_ = false;
    if (is_idle_) end();
}

void Http1Connection::end() {
    if (context_ != nullptr) context_->cancel();
}

/// Empty when the client closed, or stayed away, between two requests.
rt::Task<std::optional<RequestHead>> Http1Connection::read_head() {
    const auto& limits = shared_->limits;
    is_idle_ = true;
    table_->set_idle(place_, true);
    const bool is_first = std::exchange(is_first_, false);
    const auto begin = shared_->executor->now();
    auto due = begin + (is_first ? limits.first_head_wait : limits.idle_wait);
    decoder_.reset();
    RequestHeadReader reader(limits.head_bytes_max);
    const auto first_look = std::min(limits.body_grace, limits.write_wait / 2);
    auto look_at = is_first ? TimePoint::max() : begin + first_look;
    std::size_t untaken = std::numeric_limits<std::size_t>::max();
    for (;;) {
        if (!stream_.input().empty()) {
            if (is_idle_ && !is_first) due = shared_->executor->now() + limits.head_wait;
            is_idle_ = false;
            std::size_t used = 0;
            CO_TRY(auto head, reader.read(stream_.input(), used));
            stream_.consume(used);
            if (head) {
                table_->set_idle(place_, false);
                if (!head->has_body()) co_return head;
                co_return co_await take_content(std::move(*head));
            }
        }
        if (stream_.is_ended()) co_return std::nullopt;
        const bool looks = is_idle_ && look_at < due;
        Result<void> filled = co_await stream_.fill(looks ? look_at : due);
        if (filled) continue;
        const bool is_late = filled.error().code == Errc::deadline;
        if (is_late && looks) {
            // Who does not even take the last response is not waited for any longer.
            const auto wait = limits.write_wait - first_look;
            const auto there = stream_.unconfirmed_bytes();
            const auto due_bytes = std::max<std::uint64_t>(
                1, limits.body_rate_min *
                       static_cast<std::uint64_t>(wait / std::chrono::milliseconds(1)) / 1000);
            const bool keeps_rate = untaken - std::min(untaken, there) >= due_bytes;
            look_at = there == 0 ? TimePoint::max() : shared_->executor->now() + wait;
            untaken = there;
            if (there == 0 || keeps_rate) continue;
            ++shared_->stats.bodies_too_slow;
            stream_.abort();
        }
        if (is_idle_) co_return std::nullopt;
        if (is_late) ++shared_->stats.heads_too_slow;
        co_return Failure(std::move(filled).error());
    }
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
    end_early_start();
    if (decoder_ && !decoder_->is_done()) CO_CHECK(co_await skip_rest_of_body());
    co_return ok();
}

/// Reads on for a while what the client still sends: a connection that is closed with unread bytes
/// in it is reset, and a reset destroys the response on its way (RFC 9112 section 9.6).
rt::Task<void> Http1Connection::linger() {
    is_idle_ = true;
    table_->set_idle(place_, true);
    const auto& limits = shared_->limits;
    BodyPace pace({.bytes_per_s = limits.body_rate_min,
                   .first = limits.linger_wait,
                   .longest = limits.linger_wait});
    const auto until = shared_->executor->now() + limits.linger_max;
    while (!stream_.is_ended()) {
        stream_.consume(stream_.input().size());
        const auto now = shared_->executor->now();
        Result<void> filled = co_await stream_.fill(std::min(until, now + pace.left()));
        pace.note(shared_->executor->now() - now, stream_.input().size());
        if (filled) continue;
        if (filled.error().code == Errc::deadline) ++shared_->stats.lingers_cut;
        break;
    }
    co_return ok();
}

/// Waits until the client sent or took something, as long as it keeps the rate; whether it did what
/// is waited for is seen then. `source` has the rest of what the client is to take. Errors: those
/// of `TcpStream`'s waits; deadline also for one that is too slow.
rt::Task<void> Http1Connection::await_client(Awaits what, const rt::ByteSource* source) {
    const auto self = shared_from_this();
    BodyPace* const pace = what == Awaits::bytes ? &upload_ : &download_;
    const auto& limits = shared_->limits;
    const auto begin = shared_->executor->now();
    const bool is_slow = pace->lag() >= limits.slow_after;
    auto& slow_since = slow_since_[what == Awaits::bytes ? 0 : 1];
    if (!is_slow) slow_since = TimePoint::max();
    if (is_slow) {
        slow_since = std::min(slow_since, begin);
        shared_->add_slow({slow_since, this});
    }
    // Bytes that come count when they are taken from the stream.
    const auto had = what == Awaits::bytes ? 0 : stream_.unconfirmed_bytes();
    // Others who want its place get it early from one that has shown nothing yet.
    const bool is_trusted = source == nullptr || sent_ >= had + limits.trusted_bytes;
    const auto patience = is_trusted ? limits.slow_after : limits.wanted_after;
    // One that falls behind is looked at again soon: it may have caught up, or be in the way.
    const auto look_after =
        is_slow ? limits.slow_after : std::max(patience - pace->lag(), limits.wanted_after);
    const auto due = begin + std::min(pace->left(), look_after);
    Result<void> waited = ok();
    if (what == Awaits::bytes)
        waited = co_await stream_.fill(due);
    else
        waited = co_await stream_.writable(due);
    if (!is_open_) co_return waited;  // What is shared may be gone.
    if (is_slow) shared_->remove_slow(this);
    const auto moved = had - std::min(had, had == 0 ? 0 : stream_.unconfirmed_bytes());
    pace->note(shared_->executor->now() - begin, moved);
    if (waited || waited.error().code != Errc::deadline) co_return waited;
    const bool is_in_the_way = source != nullptr && pace->lag() >= patience && source->is_wanted();
    if (pace->left() > Duration::zero() && !is_in_the_way) co_return ok();
    ++(is_in_the_way ? shared_->stats.slow_ended : shared_->stats.bodies_too_slow);
    co_return waited;
}

}  // namespace weft::net
