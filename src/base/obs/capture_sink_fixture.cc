#include "base/obs/capture_sink_fixture.h"

#include <fmt/format.h>

#include "base/obs/sinks.h"

namespace weft::obs {

void CaptureSink::write(const Event& event) {
    Captured captured{.level = event.level,
                      .name = std::string(event.name.text()),
                      .fields = {},
                      .line = format_json(event, {})};
    for (const auto& field : event.fields)
        captured.fields[std::string(field.key.text())] =
            std::visit([](const auto& value) { return fmt::format("{}", value); }, field.value);
    const std::lock_guard lock(mutex_);
    if (events_.size() < events_max_)
        events_.push_back(std::move(captured));
    else
        ++events_dropped_;
}

void CaptureSink::declare_error(EventName name) {
    const std::lock_guard lock(mutex_);
    declared_.emplace(name.text());
}

std::vector<std::string> CaptureSink::undeclared_errors() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> lines;
    for (const auto& event : events_)
        if (event.level == Level::error && !declared_.contains(event.name))
            lines.push_back(event.line);
    return lines;
}

std::vector<CaptureSink::Captured> CaptureSink::events(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    std::vector<Captured> found;
    for (const auto& event : events_)
        if (name.empty() || event.name == name) found.push_back(event);
    return found;
}

std::size_t CaptureSink::events_dropped() const {
    const std::lock_guard lock(mutex_);
    return events_dropped_;
}

}  // namespace weft::obs
