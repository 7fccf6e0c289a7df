#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "io/engine/engine.h"
#include "io/engine/wasmtime/call/http_call.h"
#include "io/engine/wasmtime/call/import_bridge.h"
#include "io/engine/wasmtime/call/poll_job.h"

namespace weft::engine::wasmtime {

/// An instance as one task of the library, and the calls it serves.
class WasmtimeInstance final : public Instance,
                               public std::enable_shared_from_this<WasmtimeInstance>,
                               private PollJob::Client,
                               private ImportBridge::Calls,
                               private Call::Owner {
  public:
    /// `executor` outlives it. Errors: invalid_argument (a limit of zero).
    /// `context` may be null.
    static Result<std::shared_ptr<Instance>> open(const we_component* component,
                                                  const we_wasi_context* context,
                                                  rt::Executor* executor,
                                                  const InstanceOptions& options);
    ~WasmtimeInstance() override;

    rt::Task<net::HttpResponse> handle_http(rt::CallCtx ctx, net::HttpRequest request,
                                            std::shared_ptr<GuestObserver> observer) override;
    void warm_up() override { job_->wake(); }
    rt::Task<Values> call(rt::CallCtx ctx, std::uint32_t function, Values arguments,
                          std::shared_ptr<GuestObserver> observer) override;
    bool is_free() const override;
    std::uint32_t calls() const override;
    void close() override;
    void end() override;
    bool has_ended() const override { return job_->has_ended(); }
    void set_owner(InstanceOwner* owner) override { owner_ = owner; }

    /// What has arrived of the content of a response; lets the guest go on if it was held back.
    std::optional<Result<rt::Chunk>> take_chunk(HttpCall& call);
    /// Nobody waits for the call any more.
    void release(Call& call);

  private:
    WasmtimeInstance(rt::Executor* executor, const InstanceOptions& options)
        : executor_(executor),
          options_(options),
          imports_(executor, options_.imports.get(), this) {}

    we_instance_options raw_options(const we_wasi_context* context);
    Result<void> check_free() const;
    void begin(std::shared_ptr<Call> call, std::shared_ptr<GuestObserver> observer);
    void after_poll(const we_poll& polled) override;
    rt::CallCtx context_of(std::uint64_t id) const override;
    void on_deadline(Call& call) override;
    bool is_quiet() const;
    void notify_calls();
    void abandon(Call& call);
    void forget(const Call& call);
    void watch_rest(TimePoint deadline);
    void end_rest();
    void tell_owner();

    rt::Executor* executor_;
    InstanceOptions options_;
    ImportBridge imports_;
    PollJobPtr job_;
    std::shared_ptr<GuestObserver> observer_;   // Of the newest call; may be null.
    rt::CallCtx newest_;                        // The same call's.
    std::vector<std::shared_ptr<Call>> calls_;  // Those that still need the instance.
    std::uint32_t started_ = 0;
    std::uint32_t unreturned_ = 0;  // Calls inside the guest or waiting for it.
    bool closed_ = false;
    bool spins_ = false;  // Its last poll used up the time slice.
    InstanceOwner* owner_ = nullptr;
    std::shared_ptr<WasmtimeInstance> self_;  // Set while the guest goes on after its responses.
    std::optional<rt::Timer> due_;            // When that must have ended; armed.
    bool rest_is_over_ = false;               // Then it ends with the last of its calls.
};

}  // namespace weft::engine::wasmtime
