#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/rt/call_ctx.h"
#include "base/rt/executor.h"
#include "io/engine/limits.h"
#include "platform/capability/invoke.h"
#include "platform/host/guest_log.h"

namespace weft::host {

/// What the log and the metrics are told of one call, whatever becomes of it. Its own executor.
class CallLog {
  public:
    struct Call {
        capability::ComponentId component;
        rt::TraceId trace_id;
        std::string method;
        std::string path;
        std::shared_ptr<const engine::Limits> limits;  ///< Null: of no component.
    };
    /// `logging` and `executor` outlive it.
    CallLog(const GuestLogShared* logging, const rt::Executor* executor, Call call)
        : logging_(logging), executor_(executor), begin_(executor->now()), call_(std::move(call)) {}

    const capability::ComponentId& component() const { return call_.component; }
    const Probe& probe() const { return logging_->probe; }
    TimePoint begin() const { return begin_; }

    /// `component.call_failed`; over a limit with its name and value.
    void failed(const Error& error) const;
    /// `component.call_answered`, for a person who looks for a fault.
    void answered(std::uint16_t status) const;

  private:
    double ms() const;

    const GuestLogShared* logging_;
    const rt::Executor* executor_;
    TimePoint begin_;
    Call call_;
};

}  // namespace weft::host
