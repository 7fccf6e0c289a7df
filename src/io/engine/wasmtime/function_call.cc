#include "io/engine/wasmtime/function_call.h"

#include "io/engine/wasmtime/failure.h"

namespace weft::engine::wasmtime {
namespace {

/// Here two are about what the caller of the function gave.
Failure failed(const we_error* error) {
    const auto message = text(we_error_message(error));
    switch (we_error_code(error)) {
        case WE_INVALID:
            return fail(Errc::invalid_argument, "engine.arguments_invalid", "{}", message);
        case WE_HANDLES:
            return fail(Errc::exhausted, "engine.handle_limit",
                        "{}; let go of some, or raise the component's 'handles'", message);
        default: return failure_of(error);
    }
}

}  // namespace

Result<void> FunctionCall::start(we_task* task, std::uint32_t function, Payload arguments,
                                 Owner* owner) {
    auto sink = sized<we_call_sink>();
    sink.context = this;
    sink.done = [](void* self, we_buf result, const we_error* error) noexcept {
        auto& call = *static_cast<FunctionCall*>(self);
        auto value = take(result);
        if (error != nullptr)
            call.outcome_.emplace(failed(error));
        else
            call.outcome_.emplace(std::move(value));
        call.news_ = true;
    };
    std::uint64_t id = 0;
    we_error* error = nullptr;
    const auto status =
        we_call_start(task, function, give(std::move(arguments)), &sink, &id, &error);
    const ErrorHandle owned(error);
    if (status != WE_OK) return failure_of(error);
    begin(id, owner);
    return ok();
}

void FunctionCall::fail_with(Failure failure) {
    if (outcome_) return;
    outcome_.emplace(std::move(failure));
    news_ = true;
}

}  // namespace weft::engine::wasmtime
