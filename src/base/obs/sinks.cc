#include "base/obs/sinks.h"

#include <cmath>
#include <concepts>
#include <iterator>

#include <fmt/format.h>

#include "base/codec/json.h"
#include "base/obs/escape.h"
#include "base/obs/format_time.h"

namespace weft::obs {
namespace {

constexpr std::size_t event_column_width = 28;

struct Style {
    std::string_view on;
    std::string_view off;
};

constexpr Style style(Level level, Colour colour) {
    if (colour == Colour::off) return {"", ""};
    switch (level) {
        case Level::error: return {"\x1b[1;31m", "\x1b[0m"};
        case Level::warn: return {"\x1b[33m", "\x1b[0m"};
        case Level::info: return {"\x1b[32m", "\x1b[0m"};
        case Level::debug: return {"\x1b[2m", "\x1b[0m"};
    }
    return {"", ""};
}

struct AppendJson {
    std::string& out;
    const SinkLimits& limits;

    void operator()(std::string_view text) const {
        out += '"';
        append_escaped(out, text, EscapeFor::json, limits.value_bytes_max);
        out += '"';
    }
    void operator()(double number) const {
        const std::string_view quote = std::isfinite(number) ? "" : "\"";
        fmt::format_to(std::back_inserter(out), "{0}{1}{0}", quote, number);
    }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::integral auto number) const {
        const std::string_view quote = codec::is_json_number(number) ? "" : "\"";
        fmt::format_to(std::back_inserter(out), "{0}{1}{0}", quote, number);
    }
};

struct AppendPretty {
    std::string& out;
    const SinkLimits& limits;

    void operator()(std::string_view text) const {
        const bool is_quoted = !is_plain_word(text);
        if (is_quoted) out += '"';
        append_escaped(out, text, EscapeFor::terminal, limits.value_bytes_max);
        if (is_quoted) out += '"';
    }
    void operator()(auto number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
};

/// Lines that were lost are said with the next one.
void tell_lost(LineWriter& writer, const Event& next, auto write) {
    const auto lost = writer.take_lost();
    if (lost == 0) return;
    const Field fields[] = {kv("lines", lost)};
    write(Event{next.time, Level::warn, "log.lines_lost", fields});
}

}  // namespace

std::string format_json(const Event& event, const SinkLimits& limits) {
    auto out = fmt::format(R"({{"time":"{}","level":"{}","event":"{}")", format_utc_ms(event.time),
                           level_name(event.level), event.name.text());
    for (const auto& field : event.fields) {
        fmt::format_to(std::back_inserter(out), R"(,"{}":)", field.key.text());
        std::visit(AppendJson{out, limits}, field.value);
    }
    out += '}';
    return out;
}

std::string format_pretty(const Event& event, const SinkLimits& limits, Colour colour) {
    // The date is left out: a person at a terminal knows it.
    const auto time = format_utc_ms(event.time).substr(11, 12);
    const auto [on, off] = style(event.level, colour);
    auto out = fmt::format("{} {}{:<5}{} {:<{}}", time, on, level_name(event.level), off,
                           event.name.text(), event.fields.empty() ? 0 : event_column_width);
    for (const auto& field : event.fields) {
        fmt::format_to(std::back_inserter(out), " {}=", field.key.text());
        std::visit(AppendPretty{out, limits}, field.value);
    }
    return out;
}

void JsonSink::write(const Event& event) {
    tell_lost(writer_, event, [this](const Event& lost) { write(lost); });
    writer_.write(format_json(event, limits_) + '\n');
}

void PrettySink::write(const Event& event) {
    tell_lost(writer_, event, [this](const Event& lost) { write(lost); });
    writer_.write(format_pretty(event, limits_, colour_) + '\n');
}

}  // namespace weft::obs
