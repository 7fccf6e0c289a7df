#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/obs/limited_log.h"
#include "base/obs/rate_limiter.h"
#include "base/rt/call_ctx.h"
#include "base/rt/executor.h"
#include "io/engine/engine.h"
#include "platform/capability/invoke.h"
#include "platform/host/probe.h"

namespace weft::host {

/// What all calls of one host share for their logging. Owned by the host, outlives every call.
struct GuestLogShared {
    obs::Log log;
    Probe probe;
    obs::RateLimiter* limiter;  ///< Bytes, by component.
    obs::LimitedLog* failures;  ///< For what a client can cause as often as it likes.
};

/// Turns what one instance prints into events, a line each: `component.line_printed`. A line longer
/// than `line_bytes_max` is cut, with a mark that says how much is missing. What it was refused is
/// an event each: `component.outgoing_http_refused`. What is over the component's rate is dropped
/// and counted.
class GuestLog final : public engine::GuestObserver {
  public:
    static constexpr std::size_t line_bytes_max =
        4000;  ///< With the mark what a log's field takes.
    /// What a line counts at least: even an empty one is an event.
    static constexpr std::uint64_t line_bytes_min = 16;

    /// Whose lines they are, and how many bytes the component may print in a second.
    struct Source {
        capability::ComponentId component;
        std::uint64_t bytes_per_s;
        rt::TraceId trace_id;
    };
    GuestLog(const GuestLogShared* shared, const rt::Executor* executor, Source source)
        : shared_(shared), executor_(executor), source_(std::move(source)) {}
    ~GuestLog() override;

    void on_output(engine::GuestStream stream, BytesView bytes) override;
    void on_trap(std::string_view message, std::string_view backtrace) override;
    void on_refused(engine::Refusal what, std::string_view target) override;
    /// A line that the guest wrote by `wasi:logging`, within the same rate:
    /// `component.line_logged`. What is over `line_bytes_max` is cut, with a mark.
    void write_logged(obs::Level level, std::string_view context, std::string_view message);

  private:
    /// A line whose end has not come.
    struct Line {
        std::string text;         ///< At most line_bytes_max.
        std::uint64_t bytes_cut;  ///< What came behind that.
    };

    bool admit(std::uint64_t bytes);
    void write_line(engine::GuestStream stream, Line line);

    const GuestLogShared* shared_;
    const rt::Executor* executor_;
    Source source_;
    Line pending_[2] = {};  // Of stdout and stderr.
};

}  // namespace weft::host
