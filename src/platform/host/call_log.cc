#include "platform/host/call_log.h"

#include <chrono>

namespace weft::host {
namespace {

using engine::Limit;

/// As a manifest writes it. Of a limit that is not the component's own nothing is known here.
std::string value_of(Limit limit, const engine::Limits* limits) {
    if (limit == Limit::queue_deadline) limit = Limit::deadline;
    if (limits == nullptr || (*limits)[limit] == 0) return "the host's";
    return engine::limit_text(engine::row_of(limit).unit, (*limits)[limit]);
}

}  // namespace

double CallLog::ms() const {
    return std::chrono::duration<double, std::milli>(executor_->now() - begin_).count();
}

void CallLog::failed(const Error& error) const {
    const auto limit = engine::limit_behind(error);
    if (limit) probe().limits_reached.at(static_cast<std::size_t>(*limit)).add();
    (error.code == Errc::exhausted ? probe().calls_refused : probe().calls_failed).add();
    const auto write = [&](const auto&... more) {
        logging_->failures->write(
            obs::Level::warn, "component.call_failed", call_.component, executor_->now(),
            obs::kv("component", call_.component), obs::kv("call", call_.trace_id.text()),
            obs::kv("method", call_.method), obs::kv("path", call_.path), obs::kv("ms", ms()),
            obs::kv("error", error.slug.text()), obs::kv("reason", error.message), more...);
    };
    if (limit)
        write(obs::kv("limit", engine::row_of(*limit).name),
              obs::kv("limit_value", value_of(*limit, call_.limits.get())));
    else
        write();
}

void CallLog::answered(std::uint16_t status) const {
    if (!logging_->log.is_enabled(obs::Level::debug)) return;
    logging_->log.debug("component.call_answered", obs::kv("component", call_.component),
                        obs::kv("call", call_.trace_id.text()), obs::kv("method", call_.method),
                        obs::kv("path", call_.path), obs::kv("status", status),
                        obs::kv("ms", ms()));
}

}  // namespace weft::host
