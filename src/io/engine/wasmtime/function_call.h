#pragma once

#include <memory>
#include <optional>

#include "io/engine/payload.h"
#include "io/engine/wasmtime/call.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// A call of an exported function: encoded arguments in, an encoded result out.
class FunctionCall final : public Call {
  public:
    /// `executor` outlives the call.
    FunctionCall(rt::Executor* executor, TimePoint deadline) : Call(executor, deadline) {}

    /// Gives it to the instance that `task` runs. Errors: internal.
    Result<void> start(we_task* task, std::uint32_t function, Payload arguments, Owner* owner);

    /// What it came to, once it has ended; once.
    Result<Payload> take_outcome() { return std::move(*outcome_); }

    bool has_ended() const override { return outcome_.has_value(); }
    bool is_quiet() const override { return !news_ && !has_ended(); }
    void fail_with(Failure failure) override;

  private:
    bool take_news() override { return std::exchange(news_, false); }

    std::optional<Result<Payload>> outcome_;
    bool news_ = false;
};

}  // namespace weft::engine::wasmtime
