#include "platform/host/guest_log.h"

#include <algorithm>

namespace weft::host {

GuestLog::~GuestLog() {
    for (const auto stream : {engine::GuestStream::out, engine::GuestStream::err}) {
        const auto& pending = pending_[static_cast<std::size_t>(stream)];
        if (!pending.empty()) write_line(stream, pending);
    }
}

void GuestLog::on_output(engine::GuestStream stream, BytesView bytes) {
    shared_->probe.log_bytes.add(bytes.size());
    auto& pending = pending_[static_cast<std::size_t>(stream)];
    auto rest = as_text(bytes);
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const auto piece = rest.substr(0, std::min(end, line_bytes_max - pending.size()));
        pending.append(piece);
        rest.remove_prefix(piece.size());
        const bool is_whole = !rest.empty() && rest.front() == '\n';
        if (is_whole) rest.remove_prefix(1);
        if (!is_whole && pending.size() < line_bytes_max) continue;
        write_line(stream, pending);
        pending.clear();
    }
}

/// Whether the component may add so much to the log now.
bool GuestLog::admit(std::uint64_t bytes) {
    const auto admitted = shared_->limiter->admit_within(source_.bytes_per_s, source_.component,
                                                         executor_->now(), bytes);
    if (!admitted) {
        shared_->probe.log_lines_dropped.add();
        return false;
    }
    if (admitted->lines_dropped > 0)
        shared_->log.warn("component.lines_dropped", obs::kv("component", source_.component),
                          obs::kv("lines", admitted->lines_dropped));
    return true;
}

void GuestLog::write_line(engine::GuestStream stream, std::string_view line) {
    if (!admit(line.size() + 1)) return;
    shared_->log.info("component.line_printed", obs::kv("component", source_.component),
                      obs::kv("call", source_.trace_id.text()),
                      obs::kv("stream", stream == engine::GuestStream::out ? "stdout" : "stderr"),
                      obs::kv("text", line));
}

void GuestLog::on_trap(std::string_view message, std::string_view backtrace) {
    shared_->log.warn("component.call_trapped", obs::kv("component", source_.component),
                      obs::kv("call", source_.trace_id.text()), obs::kv("reason", message),
                      obs::kv("backtrace", backtrace));
}

void GuestLog::on_refused(engine::Refusal, std::string_view target) {
    constexpr std::string_view remedy =
        "no capability of this version sends requests; one will need claim and grant of "
        "wasi:http/outgoing-handler (in 0.3 wasi:http/client) and a link";
    shared_->probe.outgoing_http_refused.add();
    // A rate below the event's own size still lets one pass; the counter has all of them.
    if (!admit(std::min<std::uint64_t>(target.size() + remedy.size(), source_.bytes_per_s))) return;
    shared_->log.warn("component.outgoing_http_refused", obs::kv("component", source_.component),
                      obs::kv("call", source_.trace_id.text()), obs::kv("target", target),
                      obs::kv("remedy", remedy));
}

}  // namespace weft::host
