#include "platform/providers/http_server/handler.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/core/errc.h"

namespace weft::providers::http_server {
namespace {

/// Whether the host refused to begin the call, so that the same one may succeed later. One that
/// reached a limit of its own will reach it again.
bool is_worth_a_retry(const Error& error) {
    const auto slug = error.slug.text();
    return error.code == Errc::unavailable || slug == "engine.pool_full" ||
           (error.code == Errc::exhausted && slug.starts_with("host."));
}

std::uint16_t status_of(const Error& error) {
    if (error.code == Errc::not_found) return 404;
    if (error.code == Errc::exhausted && !is_worth_a_retry(error)) return 500;
    // A component without a response is a bad answer of its own making: 500, whatever the code is
    // worth elsewhere.
    return static_cast<std::uint16_t>(std::max(500, errc_row(error.code).http_status));
}

/// What a client may know. The rest is in the log, under the call's name.
std::string_view reason_for_client(const Error& error) {
    if (is_worth_a_retry(error)) return "the service is busy; try again later";
    if (error.code == Errc::deadline) return "the service took too long";
    return "the service failed";
}

}  // namespace

std::uint64_t Handler::body_bytes_max(const net::HttpRequest& request) const {
    const auto* const route = routes_->find(request.authority, request.path_and_query);
    return route == nullptr ? Routes::Route().body_bytes_max : route->body_bytes_max;
}

rt::Task<net::HttpResponse> Handler::handle(rt::CallCtx ctx, net::HttpRequest request) {
    const auto routes = routes_;
    const auto* const route = routes->find(request.authority, request.path_and_query);
    if (route == nullptr)
        co_return fail(Errc::not_found, "http_server.no_route", "no component answers '{}{}'",
                       request.authority, request.path_and_query);
    Result<net::HttpResponse> response =
        co_await invoker_->handle_http(std::move(ctx), route->target, std::move(request));
    co_return response;
}

net::HttpResponse Handler::refuse(const rt::CallCtx& ctx, const Error& error) {
    failures_->write(obs::Level::debug, "http.request_refused", {}, executor_->now(),
                     obs::kv("call", ctx.trace_id.text()), obs::kv("error", error.slug.text()),
                     obs::kv("reason", error.message));
    net::HttpResponse response;
    response.status = status_of(error);
    response.headers.push_back({"content-type", "text/plain; charset=utf-8"});
    if (is_worth_a_retry(error)) response.headers.push_back({"retry-after", "1"});
    response.body =
        rt::source_of(to_bytes(error.code == Errc::not_found
                                   ? "nothing answers this address and path\n"
                                   : fmt::format("{}; the host's log explains call {}\n",
                                                 reason_for_client(error), ctx.trace_id.text())));
    return response;
}

void Handler::note_broken(const rt::CallCtx& ctx, const Error& error) {
    failures_->write(obs::Level::warn, "http.response_broken", {}, executor_->now(),
                     obs::kv("call", ctx.trace_id.text()), obs::kv("error", error.slug.text()),
                     obs::kv("reason", error.message));
}

}  // namespace weft::providers::http_server
