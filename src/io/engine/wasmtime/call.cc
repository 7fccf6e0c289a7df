#include "io/engine/wasmtime/call.h"

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

Result<std::shared_ptr<Call>> Call::create(rt::Executor* executor,
                                           std::unique_ptr<rt::ByteSource> body,
                                           TimePoint deadline) {
    std::shared_ptr<Call> call(new Call(executor, deadline));
    if (body) {
        TRY(call->feed_, BodyFeed::create(executor, std::move(body)));
    }
    return call;
}

Result<void> Call::start(we_task* task, const net::HttpRequest& request, Owner* owner) {
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
    we_error* error = nullptr;
    const auto status = we_http_start(task, &raw, &sink, &id_, &error);
    const ErrorHandle owned(error);
    if (status != WE_OK) return failure_of(error);
    owner_ = owner;
    if (deadline_ == TimePoint::max()) return ok();
    due_.emplace(
        [](void* self) {
            auto& call = *static_cast<Call*>(self);
            call.owner_->on_deadline(call);
        },
        this);
    executor_->arm(*due_, deadline_);
    return ok();
}

void Call::notify() {
    if (waiting_ == nullptr || !response_.take_news()) return;
    std::exchange(waiting_, nullptr)->complete_now(ok());
}

void Call::detach() {
    owner_ = nullptr;
    due_.reset();
    if (feed_) std::exchange(feed_, nullptr)->stop();
}

rt::Task<void> Call::wait(std::shared_ptr<Call> call) {
    rt::OneShot<void> arrived;
    call->response_.take_news();
    call->waiting_ = &arrived;
    Result<void> woken = co_await arrived;
    call->waiting_ = nullptr;
    co_return woken;
}

}  // namespace weft::engine::wasmtime
