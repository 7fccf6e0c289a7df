#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/rt/one_shot.h"
#include "io/engine/engine.h"
#include "io/engine/wasmtime/call/poll_job.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// One run of a program, from its start to its exit code. Lives in the frame of `run`. Shard-local.
class Program final : private PollJob::Client {
  public:
    /// Makes the task: calls one of the library's `_start` functions for programs.
    using Start = std::function<we_status(const we_instance_options*, const we_command_sink*,
                                          we_task**, we_error**)>;

    /// Who else has a share in the run; both may be null.
    struct Shares {
        std::shared_ptr<GuestObserver> observer;
        std::shared_ptr<const we_wasi_context> context;
    };

    /// Starts it and waits for its end; when the wait is cancelled or the deadline passes, the
    /// guest is ended. Errors: those of `Component::run_command`.
    static rt::Task<int> run(Start start, rt::CallCtx ctx, Limits limits, Shares shares);

  private:
    Program(rt::Executor* executor, std::shared_ptr<GuestObserver> observer)
        : executor_(executor), observer_(std::move(observer)) {}

    Result<void> make_task(const Start& start, const Limits& limits,
                           const we_wasi_context* context);
    void stop_at(TimePoint due);
    void take_end(std::int32_t exit_code, const we_error* error);
    void after_poll(const we_poll& polled) override;
    void on_due();

    rt::Executor* executor_;  // Owns the run; outlives it.
    std::shared_ptr<GuestObserver> observer_;
    std::optional<Result<int>> end_;
    PollJobPtr job_;
    std::optional<rt::Timer> due_;
    rt::OneShot<int> ended_;
};

}  // namespace weft::engine::wasmtime
