#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/core/nearest.h"
#include "platform/manifest/read.h"
#include "platform/manifest/units.h"

namespace weft::manifest {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 4> pool_keys{"reuse", "idle", "min", "max"};
constexpr std::array<std::string_view, 12> limits_keys{
    "memory",  "cpu_time", "concurrency", "queue",  "deadline", "table_elements",
    "handles", "parts",    "host_data",   "fields", "random",   "log"};
constexpr std::array<std::string_view, 3> rollout_keys{"strategy", "steps", "gate"};
constexpr std::array<std::string_view, 2> gate_keys{"error_rate", "p99"};
constexpr std::array<std::string_view, 1> strategies{"canary"};

constexpr std::uint64_t memory_bytes_min = 64ULL << 10U;  // One page of wasm32.
constexpr std::uint64_t memory_bytes_max = 4ULL << 30U;   // All that a wasm32 address reaches.
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
    const auto value = unit(reader, mapping, key, parse_duration);
    if (!value || (*value >= range.min && *value <= range.max)) return value;
    const auto ms = [](Duration d) { return std::chrono::duration_cast<milliseconds>(d).count(); };
    out_of_range(reader, mapping, key,
                 fmt::format("from {}ms to {}ms", ms(range.min), ms(range.max)));
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

struct SizeRange {
    std::uint64_t least;
    std::uint64_t most;
};
std::optional<std::uint64_t> size(const NodeReader& reader, const Node& properties,
                                  std::string_view key, SizeRange range, std::string_view words) {
    const auto bytes = unit(reader, properties, key, parse_size);
    if (bytes && (*bytes < range.least || *bytes > range.most))
        out_of_range(reader, properties, key, fmt::format("from {}", words));
    return bytes;
}

}  // namespace

Pool read_pool(const NodeReader& reader, const Node& properties) {
    Pool pool;
    pool.place = properties.place();
    if (!reader.is_mapping(properties)) return pool;
    reader.check_keys(properties, pool_keys, UnknownKey::error);
    pool.reuse = count(reader, properties, "reuse", {1, 1'000'000});
    pool.idle = duration(reader, properties, "idle", {Duration(0), hours(24)});
    pool.min = count(reader, properties, "min", {0, 10'000});
    pool.max = count(reader, properties, "max", {1, 10'000});
    if (pool.min && pool.max && *pool.min > *pool.max)
        out_of_range(reader, properties, "min", fmt::format("at most 'max', {}", *pool.max));
    return pool;
}

Limits read_limits(const NodeReader& reader, const Node& properties) {
    Limits limits;
    limits.place = properties.place();
    if (!reader.is_mapping(properties)) return limits;
    reader.check_keys(properties, limits_keys, UnknownKey::error);
    limits.memory_bytes =
        size(reader, properties, "memory", {memory_bytes_min, memory_bytes_max}, "64KiB to 4GiB");
    limits.cpu_time = duration(reader, properties, "cpu_time", {milliseconds(1), hours(1)});
    limits.concurrency = count(reader, properties, "concurrency", {1, 100'000});
    limits.queue = count(reader, properties, "queue", {0, 1'000'000});
    limits.deadline = duration(reader, properties, "deadline", {milliseconds(1), hours(24)});
    limits.table_elements = count(reader, properties, "table_elements", {1, 10'000'000});
    limits.handles = count(reader, properties, "handles", {1, 1'000'000});
    limits.parts = count(reader, properties, "parts", {1, 10'000});
    limits.host_data_bytes =
        size(reader, properties, "host_data", {1U << 10U, 1ULL << 30U}, "1KiB to 1GiB");
    limits.fields_bytes =
        size(reader, properties, "fields", {1U << 10U, 16U << 20U}, "1KiB to 16MiB");
    limits.random_bytes =
        size(reader, properties, "random", {1U << 10U, 1ULL << 30U}, "1KiB to 1GiB");
    limits.log_bytes_per_s =
        size(reader, properties, "log", {1U << 10U, 1ULL << 30U}, "1KiB to 1GiB");
    return limits;
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
    rollout.error_rate_percent_max = unit(reader, *gate, "error_rate", parse_percent);
    rollout.p99_max = duration(reader, *gate, "p99", {milliseconds(1), hours(1)});
    return rollout;
}

}  // namespace weft::manifest
