#include "io/engine/wasmtime/call/instance.h"

#include <algorithm>

#include "io/engine/wasmtime/call/function_call.h"
#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/raw_options.h"

namespace weft::engine::wasmtime {
namespace {

/// The share in a call and its instance of the task that waits for it.
template <typename Kind>
class Share {
  public:
    Share(std::shared_ptr<WasmtimeInstance> instance, std::shared_ptr<Kind> call)
        : instance_(std::move(instance)), call_(std::move(call)) {}
    Share(Share&&) = default;
    Share& operator=(Share&&) = delete;
    ~Share() {
        if (instance_) instance_->release(*call_);
    }
    WasmtimeInstance& instance() const { return *instance_; }
    const std::shared_ptr<Kind>& call() const { return call_; }

  private:
    std::shared_ptr<WasmtimeInstance> instance_;
    std::shared_ptr<Kind> call_;
};

/// The content of a response while its call lives.
class ResponseBody final : public rt::ByteSource {
  public:
    explicit ResponseBody(Share<HttpCall> share) : share_(std::move(share)) {}

    rt::Task<rt::Chunk> read() override {
        while (true) {
            if (auto chunk = try_read()) co_return std::move(*chunk);
            CO_CHECK(co_await Call::wait(share_.call()));
        }
    }
    std::optional<Result<rt::Chunk>> try_read() override {
        return share_.instance().take_chunk(*share_.call());
    }

  private:
    Share<HttpCall> share_;
};

/// A stream of a call's result, which lives as long as one of them does.
class ResultStream final : public rt::ByteSource {
  public:
    ResultStream(std::shared_ptr<Share<FunctionCall>> share, std::unique_ptr<GuestStream> stream)
        : share_(std::move(share)), stream_(std::move(stream)) {
        call().enter(stream_.get());
    }
    ~ResultStream() override { call().leave(stream_.get()); }

    rt::Task<rt::Chunk> read() override {
        Result<rt::Chunk> chunk = co_await stream_->read();
        co_return call().judge(std::move(chunk));
    }
    std::optional<Result<rt::Chunk>> try_read() override {
        auto chunk = stream_->try_read();
        if (chunk) return call().judge(std::move(*chunk));
        return std::nullopt;
    }

  private:
    FunctionCall& call() const { return *share_->call(); }

    std::shared_ptr<Share<FunctionCall>> share_;
    std::unique_ptr<GuestStream> stream_;
};

}  // namespace

Result<std::shared_ptr<Instance>> WasmtimeInstance::open(const we_component* component,
                                                         const we_wasi_context* context,
                                                         rt::Executor* executor,
                                                         const InstanceOptions& options) {
    CHECK(check_limits(options.limits));
    std::shared_ptr<WasmtimeInstance> instance(new WasmtimeInstance(executor, options));
    const auto raw = instance->raw_options(context);
    TRY(auto task, make<TaskHandle>([&](we_task** out, we_error** error) {
            return we_instance_new(component, &raw, out, error);
        }));
    instance->job_ = PollJob::create(executor, std::move(task), instance.get());
    return instance;
}

WasmtimeInstance::~WasmtimeInstance() {
    if (job_) end();
}

we_instance_options WasmtimeInstance::raw_options(const we_wasi_context* context) {
    auto raw = raw_of(options_.limits, context);
    raw.imports = imports_.raw();
    raw.context = this;
    raw.output = [](void* self, std::int32_t stream, we_str bytes) noexcept {
        tell_output(static_cast<WasmtimeInstance*>(self)->observer_.get(), stream, bytes);
    };
    raw.fault = [](void* self, const we_error* error) noexcept {
        tell_fault(static_cast<WasmtimeInstance*>(self)->observer_.get(), error);
    };
    raw.refused = [](void* self, std::int32_t kind, we_str target) noexcept {
        tell_refusal(static_cast<WasmtimeInstance*>(self)->observer_.get(), kind, target);
    };
    return raw;
}

rt::Task<net::HttpResponse> WasmtimeInstance::handle_http(rt::CallCtx ctx, net::HttpRequest request,
                                                          std::shared_ptr<GuestObserver> observer) {
    auto self = shared_from_this();
    CO_CHECK(ctx.check_time(executor_->now()));
    CO_CHECK(check_free());
    CO_TRY(auto call, HttpCall::create(executor_, std::move(ctx), std::move(request.body)));
    CO_CHECK(call->start(job_->task(), request, this));
    begin(call, std::move(observer));
    Share<HttpCall> share(std::move(self), call);
    auto& response = call->response();
    while (!response.has_head() && !response.has_ended()) CO_CHECK(co_await Call::wait(call));
    if (!response.has_head()) co_return response.failure();
    auto head = response.take_head();
    if (!response.is_delivered()) head.body = std::make_unique<ResponseBody>(std::move(share));
    co_return head;
}

rt::Task<Values> WasmtimeInstance::call(rt::CallCtx ctx, std::uint32_t function, Values arguments,
                                        std::shared_ptr<GuestObserver> observer) {
    auto self = shared_from_this();
    CO_CHECK(ctx.check_time(executor_->now()));
    CO_CHECK(check_free());
    auto call = std::make_shared<FunctionCall>(executor_, std::move(ctx), &imports_.streams());
    CO_CHECK(call->start(job_->task(), function, std::move(arguments), this));
    begin(call, std::move(observer));
    Share<FunctionCall> share(std::move(self), call);
    while (!call->has_ended()) CO_CHECK(co_await Call::wait(call));
    CO_TRY(auto result, call->take_outcome());
    Values values(std::move(result.payload));
    if (!result.streams.empty()) {
        const auto shared = std::make_shared<Share<FunctionCall>>(std::move(share));
        for (auto& stream : result.streams)
            values.streams.push_back(std::make_unique<ResultStream>(shared, std::move(stream)));
    }
    co_return values;
}

Result<void> WasmtimeInstance::check_free() const {
    if (closed_ || has_ended() || calls() >= options_.limits[Limit::concurrent])
        return fail(Errc::failed_precondition, "engine.instance_busy",
                    "the instance takes no call now");
    return ok();
}

void WasmtimeInstance::begin(std::shared_ptr<Call> call, std::shared_ptr<GuestObserver> observer) {
    observer_ = std::move(observer);
    newest_ = call->context();
    calls_.push_back(std::move(call));
    ++unreturned_;
    if (++started_ == options_.limits[Limit::reuse]) close();
    job_->wake();
}

bool WasmtimeInstance::is_free() const {
    return !closed_ && !spins_ && !has_ended() && calls() < options_.limits[Limit::concurrent];
}

std::uint32_t WasmtimeInstance::calls() const {
    return std::max(unreturned_, static_cast<std::uint32_t>(calls_.size()));
}

void WasmtimeInstance::close() {
    if (std::exchange(closed_, true) || has_ended()) return;
    we_instance_close(job_->task());
    job_->wake();
}

void WasmtimeInstance::after_poll(const we_poll& polled) {
    const auto before = calls();
    unreturned_ = polled.calls;
    spins_ = polled.yielded != 0;
    if (polled.state != WE_DONE && calls() == before && is_quiet()) return;
    const auto keep = shared_from_this();
    for (const auto& call : calls_) call->pump();
    imports_.streams().pump();
    if (polled.state == WE_DONE) end();
    notify_calls();
    watch_rest(TimePoint::max());
    if (has_ended() || calls() < before) tell_owner();
}

/// Its guest waits for an import, in most polls: nobody is to be told of anything.
bool WasmtimeInstance::is_quiet() const {
    return calls_.size() == 1 && calls_.front()->is_quiet() && !imports_.streams().has_sources();
}

/// The task that is woken may release calls, and the instance with the last of them.
void WasmtimeInstance::notify_calls() {
    if (calls_.empty()) return;
    const auto wake = [this](const std::shared_ptr<Call>& call) {
        if (call->is_over()) forget(*call);
        call->notify();
    };
    if (calls_.size() == 1) return wake(std::shared_ptr(calls_.front()));
    for (const auto& call : std::vector(calls_)) wake(call);
}

std::optional<Result<rt::Chunk>> WasmtimeInstance::take_chunk(HttpCall& call) {
    auto chunk = call.response().take_chunk();
    if (chunk && *chunk) call.note_moved((*chunk)->data.size());
    if (call.response().take_resume() && !has_ended()) {
        we_call_resume(job_->task(), call.id());
        job_->wake();
    }
    return chunk;
}

void WasmtimeInstance::release(Call& call) {
    if (!call.has_ended()) return abandon(call);
    call.let_go();
    if (has_ended()) return;
    const auto before = calls();
    if (call.is_over()) forget(call);
    watch_rest(call.deadline());
    if (calls() < before) tell_owner();
}

void WasmtimeInstance::on_deadline(Call& call) {
    const auto keep = shared_from_this();
    const auto shared =
        std::ranges::find_if(calls_, [&](const auto& one) { return one.get() == &call; });
    const auto kept = shared == calls_.end() ? nullptr : *shared;
    call.fail_with(out_of_time());
    abandon(call);
    call.notify();
}

/// The call is over for everybody but the guest: alone it ends with it, in company it is the last.
void WasmtimeInstance::abandon(Call& call) {
    if (has_ended()) return;
    const auto keep = shared_from_this();
    we_call_drop(job_->task(), call.id());
    const bool alone = calls_.size() == 1;
    if (alone) {
        end();
    } else {
        close();
        forget(call);
    }
    tell_owner();
}

void WasmtimeInstance::forget(const Call& call) {
    const auto found =
        std::ranges::find_if(calls_, [&](const auto& one) { return one.get() == &call; });
    if (found == calls_.end()) return;
    auto kept = std::move(*found);
    calls_.erase(found);
    kept->detach();
}

/// A guest that goes on after its response is in a call that is forgotten; it was the newest.
rt::CallCtx WasmtimeInstance::context_of(std::uint64_t id) const {
    const auto found = std::ranges::find(calls_, id, &Call::id);
    return found == calls_.end() ? newest_ : (*found)->context();
}

/// A guest may go on after its responses, for a while and not past `deadline`, unless it has a time
/// already. That is the time of the calls that are forgotten, never of those beside them.
void WasmtimeInstance::watch_rest(TimePoint deadline) {
    if (has_ended()) return;
    const bool goes_on = unreturned_ > calls_.size() || (closed_ && calls_.empty());
    if (!goes_on) {
        due_.reset();
        self_.reset();
        return;
    }
    self_ = shared_from_this();
    if (rest_is_over_ && calls_.empty()) return end();
    if (due_ || rest_is_over_) return;
    due_.emplace([](void* self) { static_cast<WasmtimeInstance*>(self)->end_rest(); }, this);
    executor_->arm(*due_, std::min(deadline, executor_->now() + options_.after_response_max));
}

/// What goes on has had its time. Calls beside it are served to their end, and no new ones.
void WasmtimeInstance::end_rest() {
    const auto keep = shared_from_this();
    rest_is_over_ = true;
    if (observer_ && unreturned_ > calls_.size())
        observer_->on_trap("it went on for too long after its response", {});
    if (calls_.empty())
        end();
    else
        close();
    tell_owner();
}

void WasmtimeInstance::end() {
    const auto keep = weak_from_this().lock();  // Null in the destructor.
    job_->end();
    imports_.streams().stop();
    unreturned_ = 0;
    for (const auto& call : std::exchange(calls_, {})) {
        call->fail_with(fail(Errc::unavailable, "engine.instance_gone",
                             "the instance was ended while it served the call; try again"));
        call->detach();
        call->notify();
    }
    due_.reset();
    self_.reset();
}

void WasmtimeInstance::tell_owner() {
    if (owner_ != nullptr) owner_->instance_changed(*this);
}

}  // namespace weft::engine::wasmtime
