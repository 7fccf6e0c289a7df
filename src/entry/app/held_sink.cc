#include "entry/app/held_sink.h"

#include <utility>

namespace weft::app {

void HeldSink::write(const obs::Event& event) {
    const std::lock_guard lock(mutex_);
    if (released_) return sink_->write(event);
    if (kept_.size() >= kept_max) {
        ++lost_;
        return;
    }
    Kept kept{event.time, event.level, event.name, {}};
    for (const auto& field : event.fields) {
        kept.fields.push_back({field.key, field.value, std::nullopt});
        if (const auto* text = std::get_if<std::string_view>(&field.value))
            kept.fields.back().text = *text;
    }
    kept_.push_back(std::move(kept));
}

void HeldSink::release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    const auto all = std::exchange(kept_, {});
    for (const auto& kept : all) {
        std::vector<obs::Field> fields;
        fields.reserve(kept.fields.size());
        for (const auto& field : kept.fields)
            fields.push_back({field.key, field.text ? obs::FieldValue(*field.text) : field.value});
        sink_->write({kept.time, kept.level, kept.name, fields});
    }
    if (const auto lost = std::exchange(lost_, 0); lost > 0) {
        const obs::Field fields[] = {obs::kv("lines", lost)};
        sink_->write({all.back().time, obs::Level::warn, "log.lines_lost", fields});
    }
}

}  // namespace weft::app
