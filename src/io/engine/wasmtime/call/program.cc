#include "io/engine/wasmtime/call/program.h"

#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/raw_options.h"

namespace weft::engine::wasmtime {

rt::Task<int> Program::run(Start start, rt::CallCtx ctx, Limits limits, Shares shares) {
    auto* const executor = (co_await rt::current_context())->executor();
    CO_CHECK(ctx.check_time(executor->now()));
    CO_CHECK(check_limits(limits));
    Program program(executor, std::move(shares.observer));
    CO_CHECK(program.make_task(start, limits, shares.context.get()));
    if (ctx.deadline != TimePoint::max()) program.stop_at(ctx.deadline);
    program.job_->wake();
    Result<int> ended = co_await program.ended_;
    program.job_->end();
    co_return ended;
}

Result<void> Program::make_task(const Start& start, const Limits& limits,
                                const we_wasi_context* context) {
    auto options = raw_of(limits, context);
    options.context = observer_.get();
    options.output = [](void* observer, std::int32_t stream, we_str bytes) noexcept {
        tell_output(static_cast<GuestObserver*>(observer), stream, bytes);
    };
    options.fault = [](void* observer, const we_error* error) noexcept {
        tell_fault(static_cast<GuestObserver*>(observer), error);
    };
    options.refused = [](void* observer, std::int32_t kind, we_str target) noexcept {
        tell_refusal(static_cast<GuestObserver*>(observer), kind, target);
    };
    auto sink = sized<we_command_sink>();
    sink.context = this;
    sink.end = [](void* self, std::int32_t exit_code, const we_error* error) noexcept {
        static_cast<Program*>(self)->take_end(exit_code, error);
    };
    TRY(auto task, make<TaskHandle>([&](we_task** out, we_error** error) {
            return start(&options, &sink, out, error);
        }));
    job_ = PollJob::create(executor_, std::move(task), this);
    return ok();
}

void Program::stop_at(TimePoint due) {
    due_.emplace([](void* self) { static_cast<Program*>(self)->on_due(); }, this);
    executor_->arm(*due_, due);
}

void Program::take_end(std::int32_t exit_code, const we_error* error) {
    if (error == nullptr)
        end_ = exit_code;
    else
        end_ = failure_of(error);
}

void Program::after_poll(const we_poll& polled) {
    // Resumes `run`, which destroys this.
    if (polled.state == WE_DONE) ended_.complete_now(std::move(*end_));
}

void Program::on_due() { ended_.complete_now(out_of_time()); }

}  // namespace weft::engine::wasmtime
