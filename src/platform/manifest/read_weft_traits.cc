#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/codec/units.h"
#include "base/core/nearest.h"
#include "platform/manifest/read.h"

namespace weft::manifest {
namespace {

using engine::Limit;
using engine::LimitRow;
using engine::LimitUnit;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 3> rollout_keys{"strategy", "steps", "gate"};
constexpr std::array<std::string_view, 2> gate_keys{"error_rate", "p99"};
constexpr std::array<std::string_view, 1> strategies{"canary"};

constexpr std::size_t rollout_steps_max = 20;

struct DurationRange {
    Duration min;
    Duration max;
};

/// The value of a key by one of the parsers of units.h; what does not parse is reported.
template <typename T>
std::optional<T> unit(const NodeReader& reader, const Node& mapping, std::string_view key,
                      Result<T> (*parse)(std::string_view)) {
    const auto node = reader.find(mapping, key);
    if (!node) return std::nullopt;
    if (!node->yaml->is_scalar()) {
        reader.text(*node);
        return std::nullopt;
    }
    auto value = parse(node->yaml->text);
    if (value) return *value;
    reader.findings().error(value.error(), node->place());
    return std::nullopt;
}

void out_of_range(const NodeReader& reader, const Node& mapping, std::string_view key,
                  std::string_view range) {
    const auto node = *reader.find(mapping, key);
    reader.findings().error(
        "manifest.value_out_of_range", node.place(),
        fmt::format("{} is {}, it must be {}", quoted(node.path), quoted(node.yaml->text), range));
}

std::optional<Duration> duration(const NodeReader& reader, const Node& mapping,
                                 std::string_view key, DurationRange range) {
    const auto value = unit(reader, mapping, key, codec::parse_duration);
    if (!value || (*value >= range.min && *value <= range.max)) return value;
    const auto text = [](Duration time) {
        return engine::limit_text(LimitUnit::time, static_cast<std::uint64_t>(time.count()));
    };
    out_of_range(reader, mapping, key,
                 fmt::format("from {} to {}", text(range.min), text(range.max)));
    return std::nullopt;
}

std::optional<std::uint32_t> count(const NodeReader& reader, const Node& mapping,
                                   std::string_view key, CountRange range) {
    const auto node = reader.find(mapping, key);
    return node ? reader.count(*node, range) : std::nullopt;
}

Rollout::Strategy read_strategy(const NodeReader& reader, const Node& properties) {
    const auto text = reader.required_text(properties, "strategy");
    if (!text.empty() && text != strategies[0]) {
        const auto close = nearest(text, strategies);
        reader.findings().error(
            "manifest.strategy_unknown", reader.find(properties, "strategy")->place(),
            fmt::format("rollout strategy {} is not known; use 'canary'", quoted(text)), close);
    }
    return Rollout::Strategy::canary;
}

void read_steps(const NodeReader& reader, const Node& list, Rollout& rollout) {
    for (const auto& item : reader.items(list)) {
        const auto step = reader.count(item, {1, 100});
        if (!step) continue;
        const bool is_rising =
            rollout.steps_percent.empty() || *step > rollout.steps_percent.back();
        if (is_rising && rollout.steps_percent.size() < rollout_steps_max) {
            rollout.steps_percent.push_back(*step);
            continue;
        }
        reader.findings().error(
            "manifest.steps_wrong", item.place(),
            fmt::format("rollout steps must rise and be at most {}", rollout_steps_max));
        return;
    }
}

/// The number behind the text of a key, in the unit of its row.
std::optional<std::uint64_t> value_of(const NodeReader& reader, const Node& properties,
                                      const LimitRow& row) {
    switch (row.unit) {
        case LimitUnit::bytes: return unit(reader, properties, row.key, codec::parse_size);
        case LimitUnit::time: {
            const auto time = unit(reader, properties, row.key, codec::parse_duration);
            return time ? std::optional(static_cast<std::uint64_t>(time->count())) : std::nullopt;
        }
        case LimitUnit::count: break;
    }
    return count(reader, properties, row.key,
                 {static_cast<std::uint32_t>(row.least), static_cast<std::uint32_t>(row.most)});
}

}  // namespace

void read_limits(const NodeReader& reader, const Node& properties, std::string_view trait,
                 engine::Limits& limits) {
    if (!reader.is_mapping(properties)) return;
    std::vector<std::string_view> keys;
    for (const auto& row : engine::limit_rows)
        if (row.trait == trait) keys.push_back(row.key);
    reader.check_keys(properties, keys, UnknownKey::error);
    for (const auto& row : engine::limit_rows) {
        if (row.trait != trait) continue;
        const auto value = value_of(reader, properties, row);
        if (!value) continue;
        if (*value < row.least || *value > row.most)
            out_of_range(reader, properties, row.key,
                         fmt::format("from {} to {}", engine::limit_text(row.unit, row.least),
                                     engine::limit_text(row.unit, row.most)));
        else
            limits.set(row.limit, *value);
    }
    const auto least = limits[Limit::instances_min];
    const auto most = limits[Limit::instances_max];
    if (trait == "pool" && most != 0 && least > most)
        out_of_range(reader, properties, "min", fmt::format("at most 'max', {}", most));
}

Rollout read_rollout(const NodeReader& reader, const Node& properties) {
    Rollout rollout;
    rollout.place = properties.place();
    if (!reader.is_mapping(properties)) return rollout;
    reader.check_keys(properties, rollout_keys, UnknownKey::error);
    rollout.strategy = read_strategy(reader, properties);
    if (const auto steps = reader.require(properties, "steps")) read_steps(reader, *steps, rollout);
    const auto gate = reader.find(properties, "gate");
    if (!gate || !reader.is_mapping(*gate)) return rollout;
    reader.check_keys(*gate, gate_keys, UnknownKey::error);
    rollout.error_rate_percent_max = unit(reader, *gate, "error_rate", codec::parse_percent);
    rollout.p99_max = duration(reader, *gate, "p99", {milliseconds(1), hours(1)});
    return rollout;
}

}  // namespace weft::manifest
