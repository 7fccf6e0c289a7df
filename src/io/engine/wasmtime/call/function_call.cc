#include "io/engine/wasmtime/call/function_call.h"

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

constexpr std::size_t streams_max = 128;

}  // namespace

Result<void> FunctionCall::start(we_task* task, std::uint32_t function, Values arguments,
                                 Owner* owner) {
    if (arguments.streams.size() > streams_max)
        return fail(Errc::exhausted, "engine.streams_full",
                    "a call or an answer carries at most 128 streams and futures");
    std::vector<const we_body*> ends;
    for (auto& source : arguments.streams)
        CHECK(streams_->attach(std::move(source), [&](const we_body* body) {
            ends.push_back(body);
            return static_cast<std::uint32_t>(ends.size() - 1);
        }));
    auto sink = sized<we_call_sink>();
    sink.context = this;
    sink.done = [](void* self, we_buf result, we_stream* const* given, std::size_t count,
                   const we_error* error) noexcept {
        auto& call = *static_cast<FunctionCall*>(self);
        Outcome outcome{.payload = take(result), .streams = {}};
        for (std::size_t place = 0; place < count; ++place)
            outcome.streams.push_back(GuestStream::of(StreamHandle(given[place]), call.executor()));
        if (error != nullptr)
            call.outcome_.emplace(failed(error));
        else
            call.outcome_.emplace(std::move(outcome));
        call.news_ = true;
    };
    std::uint64_t id = 0;
    we_error* error = nullptr;
    const auto status = we_call_start(task, function, give(std::move(arguments.payload)),
                                      ends.data(), ends.size(), &sink, &id, &error);
    const ErrorHandle owned(error);
    if (status != WE_OK) return failure_of(error);
    begin(id, owner);
    return ok();
}

Result<rt::Chunk> FunctionCall::judge(Result<rt::Chunk> chunk) const {
    if (!chunk && late_ && chunk.error().code == Errc::unavailable) return *late_;
    return chunk;
}

void FunctionCall::fail_with(Failure failure) {
    if (outcome_) {
        if (late_ || readers_.empty() || failure.error().code != Errc::deadline) return;
        late_.emplace(std::move(failure));
        for (auto* const reader : readers_) reader->cut();
        return;
    }
    outcome_.emplace(std::move(failure));
    news_ = true;
}

void FunctionCall::let_go() {
    if (*outcome_) (*outcome_)->streams.clear();
}

}  // namespace weft::engine::wasmtime
