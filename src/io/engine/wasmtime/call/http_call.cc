#include "io/engine/wasmtime/call/http_call.h"

#include <vector>

#include "io/engine/wasmtime/failure.h"

namespace weft::engine::wasmtime {
namespace {

std::vector<we_header> headers_of(const net::HttpRequest& request) {
    std::vector<we_header> headers;
    headers.reserve(request.headers.size());
    for (const auto& header : request.headers)
        headers.push_back({borrow(header.name), borrow(header.value)});
    return headers;
}

}  // namespace

Result<std::shared_ptr<HttpCall>> HttpCall::create(rt::Executor* executor, rt::CallCtx ctx,
                                                   std::unique_ptr<rt::ByteSource> body) {
    std::shared_ptr<HttpCall> call(new HttpCall(executor, std::move(ctx)));
    if (body) {
        TRY(call->feed_, BodyFeed::create(executor, std::move(body)));
        // `detach` stops the feed before the call goes.
        call->feed_->set_meter([raw = call.get()](std::size_t bytes) { raw->note_moved(bytes); });
    }
    return call;
}

Result<void> HttpCall::start(we_task* task, const net::HttpRequest& request, Owner* owner) {
    const auto headers = headers_of(request);
    auto raw = sized<we_http_request>();
    raw.method = borrow(request.method);
    raw.scheme = borrow(request.scheme);
    // HTTP/1.0 knows requests without one, wasi:http in this engine does not (RFC 9112, 3.3).
    raw.authority = request.authority.empty() ? literal("localhost") : borrow(request.authority);
    raw.path_with_query = borrow(request.path_and_query);
    raw.headers = headers.data();
    raw.header_count = headers.size();
    raw.body = feed_ ? feed_->body() : nullptr;
    auto sink = sized<we_http_sink>();
    response_.connect(sink);
    std::uint64_t id = 0;
    we_error* error = nullptr;
    const auto status = we_http_start(task, &raw, &sink, &id, &error);
    const ErrorHandle owned(error);
    if (status != WE_OK) return failure_of(error);
    begin(id, owner);
    return ok();
}

void HttpCall::detach() {
    Call::detach();
    if (feed_) std::exchange(feed_, nullptr)->stop();
}

}  // namespace weft::engine::wasmtime
