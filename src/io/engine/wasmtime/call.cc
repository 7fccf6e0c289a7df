#include "io/engine/wasmtime/call.h"

#include <algorithm>

#include "io/engine/wasmtime/failure.h"

namespace weft::engine::wasmtime {
namespace {

we_call_options options_of(const CallLimits& limits, GuestObserver* observer) {
    auto options = sized<we_call_options>();
    options.memory_bytes_max = limits.memory_bytes_max;
    options.table_elements_max = limits.table_elements_max;
    options.handles_max = limits.handles_max;
    options.cpu_ticks_max = limits.cpu_ticks_max;
    if (observer == nullptr) return options;
    options.output_context = observer;
    options.output = [](void* self, std::int32_t stream, we_str octets) noexcept {
        const auto which = stream == WE_STDERR ? GuestStream::err : GuestStream::out;
        static_cast<GuestObserver*>(self)->on_output(which, view(octets));
    };
    return options;
}

std::vector<we_header> headers_of(const net::HttpRequest& request) {
    std::vector<we_header> headers;
    headers.reserve(request.headers.size());
    for (const auto& header : request.headers)
        headers.push_back({borrow(header.name), borrow(header.value)});
    return headers;
}

}  // namespace

Call::Call(CallSetUp set_up) : set_up_(std::move(set_up)), response_(set_up_.observer.get()) {}

Call::~Call() { WEFT_ASSERT(!job_ || job_->has_ended(), "a call is ended before it is destroyed"); }

Result<std::shared_ptr<Call>> Call::start(const we_component* component, net::HttpRequest request,
                                          CallSetUp set_up) {
    std::shared_ptr<Call> call(new Call(std::move(set_up)));
    if (request.body) {
        TRY(call->feed_, BodyFeed::create(call->set_up_.executor, std::move(request.body)));
    }
    CHECK(call->start_task(component, request));
    if (call->set_up_.deadline != TimePoint::max()) call->stop_at(call->set_up_.deadline);
    call->job_->wake();
    return call;
}

Result<void> Call::start_task(const we_component* component, const net::HttpRequest& request) {
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
    const auto options = options_of(set_up_.limits, set_up_.observer.get());
    auto sink = sized<we_http_sink>();
    response_.connect(sink);
    TRY(auto task, make<TaskHandle>([&](we_task** out, we_error** error) {
            return we_http_start(component, &raw, &options, &sink, out, error);
        }));
    job_ = PollJob::create(set_up_.executor, std::move(task), this);
    return ok();
}

void Call::after_poll(bool done) {
    const auto keep = shared_from_this();
    if (feed_) feed_->pump();
    if (done) end();
    notify();
}

void Call::notify() {
    if (waiting_ == nullptr || !response_.take_news()) return;
    std::exchange(waiting_, nullptr)->complete_now(ok());
}

rt::Task<void> Call::wait(std::shared_ptr<Call> call) {
    rt::OneShot<void> arrived;
    call->response_.take_news();
    call->waiting_ = &arrived;
    Result<void> woken = co_await arrived;
    call->waiting_ = nullptr;
    co_return woken;
}

std::optional<Result<rt::Chunk>> Call::take_chunk() {
    auto chunk = response_.take_chunk();
    if (response_.take_resume() && !job_->has_ended()) job_->resume();
    return chunk;
}

void Call::release() {
    if (job_->has_ended()) return;
    if (!response_.is_delivered()) return end();
    self_ = shared_from_this();
    stop_at(std::min(set_up_.deadline, set_up_.executor->now() + after_response_max));
}

void Call::stop_at(TimePoint due) {
    if (!due_) due_.emplace([](void* self) { static_cast<Call*>(self)->on_due(); }, this);
    set_up_.executor->arm(*due_, due);
}

void Call::on_due() {
    const auto keep = shared_from_this();
    response_.fail_with(out_of_time());
    end();
    notify();
}

void Call::end() {
    job_->end();
    if (feed_) std::exchange(feed_, nullptr)->stop();
    due_.reset();
    self_.reset();
}

}  // namespace weft::engine::wasmtime
