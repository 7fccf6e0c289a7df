#include "platform/providers/http_server/handler.h"

#include <fmt/format.h>

#include "base/core/errc.h"

namespace weft::providers::http_server {
namespace {

/// What a client may know. The rest is in the log, under the call's name.
std::string_view reason_for_client(Errc code) {
    switch (code) {
        case Errc::not_found: return "nothing answers this address and path";
        case Errc::exhausted:
        case Errc::unavailable: return "the service is busy; try again later";
        case Errc::deadline: return "the service took too long";
        default: return "the service failed";
    }
}

}  // namespace

rt::Task<net::HttpResponse> Handler::handle(rt::CallCtx ctx, net::HttpRequest request) {
    const auto routes = routes_;
    const auto* target = routes->find(request.authority, request.path_and_query);
    if (target == nullptr)
        co_return fail(Errc::not_found, "http_server.no_route", "no component answers '{}{}'",
                       request.authority, request.path_and_query);
    Result<net::HttpResponse> response =
        co_await invoker_->handle_http(std::move(ctx), *target, std::move(request));
    co_return response;
}

net::HttpResponse Handler::refuse(const rt::CallCtx& ctx, const Error& error) {
    net::HttpResponse response;
    const auto& row = errc_row(error.code);
    // A component without a response is a bad answer of its own making: 500, whatever the code is
    // worth elsewhere.
    response.status = static_cast<std::uint16_t>(
        row.http_status < 500 && error.code != Errc::not_found ? 500 : row.http_status);
    response.headers.push_back({"content-type", "text/plain; charset=utf-8"});
    if (response.status == 503) response.headers.push_back({"retry-after", "1"});
    response.body =
        rt::source_of(to_bytes(fmt::format("{}; the host's log explains call {}\n",
                                           reason_for_client(error.code), ctx.trace_id.text())));
    return response;
}

void Handler::note_broken(const rt::CallCtx& ctx, const Error& error) {
    log_.warn("http.response_broken", obs::kv("call", ctx.trace_id.text()),
              obs::kv("error", error.slug.text()), obs::kv("reason", error.message));
}

}  // namespace weft::providers::http_server
