#include "platform/host/guest_log.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace weft::host {

GuestLog::~GuestLog() {
    for (const auto stream : {engine::GuestStream::out, engine::GuestStream::err}) {
        auto& pending = pending_[static_cast<std::size_t>(stream)];
        if (!pending.text.empty()) write_line(stream, std::move(pending));
    }
}

void GuestLog::on_output(engine::GuestStream stream, BytesView bytes) {
    shared_->probe.log_bytes.add(bytes.size());
    auto& pending = pending_[static_cast<std::size_t>(stream)];
    auto rest = as_text(bytes);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto kept = std::min(end, line_bytes_max - pending.text.size());
        pending.text.append(rest.substr(0, kept));
        pending.bytes_cut += end - kept;
        rest.remove_prefix(end);
        if (rest.empty()) break;
        rest.remove_prefix(1);
        write_line(stream, std::exchange(pending, {}));
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

void GuestLog::write_line(engine::GuestStream stream, Line line) {
    if (line.bytes_cut > 0) line.text += fmt::format(" [{} bytes cut]", line.bytes_cut);
    if (!admit(std::max<std::uint64_t>(line.text.size() + 1, line_bytes_min))) return;
    shared_->log.info("component.line_printed", obs::kv("component", source_.component),
                      obs::kv("call", source_.trace_id.text()),
                      obs::kv("stream", stream == engine::GuestStream::out ? "stdout" : "stderr"),
                      obs::kv("text", line.text));
}

void GuestLog::write_logged(obs::Level level, std::string_view context, std::string_view message) {
    shared_->probe.log_bytes.add(context.size() + message.size());
    const auto cut = [](std::string_view text, std::size_t bytes_max) {
        if (text.size() <= bytes_max) return std::string(text);
        return fmt::format("{} [{} bytes cut]", text.substr(0, bytes_max), text.size() - bytes_max);
    };
    constexpr std::size_t context_bytes_max = 256;
    const auto text = cut(message, line_bytes_max);
    const auto source = cut(context, context_bytes_max);
    if (!admit(std::max<std::uint64_t>(text.size() + source.size() + 1, line_bytes_min))) return;
    shared_->log.write(level, "component.line_logged", obs::kv("component", source_.component),
                       obs::kv("call", source_.trace_id.text()), obs::kv("context", source),
                       obs::kv("text", text));
}

void GuestLog::on_trap(std::string_view message, std::string_view backtrace) {
    shared_->failures->write(obs::Level::warn, "component.call_trapped", source_.component,
                             executor_->now(), obs::kv("component", source_.component),
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
