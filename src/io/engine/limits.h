#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/core/result.h"
#include "base/core/time.h"

namespace weft::engine {

/// A limit of a component. `limit_rows` says what each means, in this order.
enum class Limit : std::uint8_t {
    memory,
    table_elements,
    handles,
    parts,
    cpu_time,
    host_data,
    fields,
    random,
    reuse,
    concurrent,
    concurrency,
    queue,
    deadline,
    log,
    idle,
    instances_min,
    instances_max,
    stack,
    engine,
    queue_deadline,
};

/// How the value of a limit is written and counted: bytes, nanoseconds, or plain numbers.
enum class LimitUnit : std::uint8_t { bytes, time, count };

/// When a changed limit takes effect on a component that runs.
enum class LimitEffect : std::uint8_t {
    at_once,        ///< For the next call.
    new_instances,  ///< Instances that run serve their calls to the end, under the old limit.
    fixed,          ///< It is not for a manifest to change.
};

/// One row of the table that the manifest's reader, the checks, the metrics, the documents and the
/// C boundary share.
struct LimitRow {
    Limit limit;
    std::string_view name;   ///< In metrics, and in the manifest unless `key` says otherwise.
    std::string_view trait;  ///< Of the manifest: "limits" or "pool"; empty: not in a manifest.
    std::string_view key;    ///< In the trait.
    LimitUnit unit;
    std::uint64_t least;
    std::uint64_t most;
    std::uint64_t usual;  ///< The default; 0 outside of the range: as `meaning` says.
    LimitEffect effect;
    std::optional<Slug> slug;  ///< The error of a call that reached it, if it ends or refuses one.
    std::string_view meaning;
};

namespace detail {
inline constexpr std::uint64_t kib = 1ULL << 10U;
inline constexpr std::uint64_t mib = 1ULL << 20U;
inline constexpr std::uint64_t gib = 1ULL << 30U;
inline constexpr std::uint64_t ms = 1'000'000;
inline constexpr std::uint64_t hour = 3'600'000 * ms;

// The parameters are the columns of the table.
// NOLINTNEXTLINE(readability-function-size)
constexpr LimitRow in_limits(Limit limit, std::string_view name, LimitUnit unit,
                             std::array<std::uint64_t, 3> least_most_usual, LimitEffect effect,
                             std::optional<Slug> slug, std::string_view meaning) {
    const auto [least, most, usual] = least_most_usual;
    return {limit, name, "limits", name, unit, least, most, usual, effect, slug, meaning};
}
// NOLINTNEXTLINE(readability-function-size)
constexpr LimitRow in_pool(Limit limit, std::string_view name, std::string_view key, LimitUnit unit,
                           std::array<std::uint64_t, 3> least_most_usual, LimitEffect effect,
                           std::optional<Slug> slug, std::string_view meaning) {
    const auto [least, most, usual] = least_most_usual;
    return {limit, name, "pool", key, unit, least, most, usual, effect, slug, meaning};
}
constexpr LimitRow fixed(Limit limit, std::string_view name, std::uint64_t usual,
                         std::optional<Slug> slug, std::string_view meaning) {
    return {limit, name,   "", "", LimitUnit::count, 0, usual, usual, LimitEffect::fixed,
            slug,  meaning};
}
}  // namespace detail

/// Every limit of a component, by the number of its `Limit`.
inline constexpr std::array limit_rows{
    // clang-format off
    detail::in_limits(Limit::memory, "memory", LimitUnit::bytes, {64 * detail::kib, 4 * detail::gib, 64 * detail::mib},
                      LimitEffect::new_instances, "engine.memory_limit", "all linear memories of an instance together"),
    detail::in_limits(Limit::table_elements, "table_elements", LimitUnit::count, {1, 10'000'000, 20'000},
                      LimitEffect::new_instances, std::nullopt, "elements of each table; growth beyond fails for the guest"),
    detail::in_limits(Limit::handles, "handles", LimitUnit::count, {1, 1'000'000, 1'000},
                      LimitEffect::new_instances, "engine.handle_limit", "host resources that an instance has open at the same time"),
    detail::in_limits(Limit::parts, "parts", LimitUnit::count, {1, 10'000, 100},
                      LimitEffect::new_instances, "engine.parts_limit", "core instances, tables and memories of an instance, of each"),
    detail::in_limits(Limit::cpu_time, "cpu_time", LimitUnit::time, {detail::ms, detail::hour, 0},
                      LimitEffect::new_instances, "engine.cpu_budget", "running time of a call; without it only the deadline counts"),
    detail::in_limits(Limit::host_data, "host_data", LimitUnit::bytes, {detail::kib, detail::gib, 16 * detail::mib},
                      LimitEffect::new_instances, "engine.host_data_limit", "handed to the host in one call of an import"),
    detail::in_limits(Limit::fields, "fields", LimitUnit::bytes, {detail::kib, 16 * detail::mib, 64 * detail::kib},
                      LimitEffect::new_instances, "engine.field_limit", "one set of header fields that the guest builds"),
    detail::in_limits(Limit::random, "random", LimitUnit::bytes, {detail::kib, detail::gib, 64 * detail::kib},
                      LimitEffect::new_instances, "engine.random_limit", "random bytes asked for in one call"),
    detail::in_pool(Limit::reuse, "reuse", "reuse", LimitUnit::count, {1, 1'000'000, 0},
                    LimitEffect::new_instances, std::nullopt, "calls that an instance serves; without it 1, and 128 where calls are concurrent (WASI 0.3)"),
    detail::fixed(Limit::concurrent, "concurrent", 16, std::nullopt, "calls at the same time in an instance that can (WASI 0.3)"),
    detail::in_limits(Limit::concurrency, "concurrency", LimitUnit::count, {1, 100'000, 100},
                      LimitEffect::at_once, std::nullopt, "calls at the same time on the whole host; more wait"),
    detail::in_limits(Limit::queue, "queue", LimitUnit::count, {0, 1'000'000, 1'000},
                      LimitEffect::at_once, "host.queue_full", "calls that wait; more are refused"),
    detail::in_limits(Limit::deadline, "deadline", LimitUnit::time, {detail::ms, 24 * detail::hour, 30'000 * detail::ms},
                      LimitEffect::at_once, "engine.deadline", "one call, waiting included"),
    detail::in_limits(Limit::log, "log", LimitUnit::bytes, {detail::kib, detail::gib, 64 * detail::kib},
                      LimitEffect::at_once, std::nullopt, "printed by all instances in a second; the rest is dropped and counted"),
    detail::in_pool(Limit::idle, "idle", "idle", LimitUnit::time, {0, 24 * detail::hour, 10'000 * detail::ms},
                    LimitEffect::at_once, std::nullopt, "after that an instance without calls ends"),
    detail::in_pool(Limit::instances_min, "instances_min", "min", LimitUnit::count, {0, 10'000, 0},
                    LimitEffect::at_once, std::nullopt, "instances kept ready, also when idle"),
    detail::in_pool(Limit::instances_max, "instances_max", "max", LimitUnit::count, {1, 10'000, 0},
                    LimitEffect::at_once, "host.pool_full", "instances at the same time; without it twice `concurrency`"),
    detail::fixed(Limit::stack, "stack", 0, "engine.trap_stack", "a guest's stack, the engine's own limit"),
    detail::fixed(Limit::engine, "engine", 0, "engine.pool_full", "instances of all components together"),
    detail::fixed(Limit::queue_deadline, "queue_deadline", 0, "host.queue_deadline", "a deadline that passed while the call waited"),
    // clang-format on
};

constexpr const LimitRow& row_of(Limit limit) {
    return limit_rows[static_cast<std::size_t>(limit)];
}

/// The limit that made a call fail, if it was one.
constexpr std::optional<Limit> limit_behind(const Error& error) {
    for (const auto& row : limit_rows)
        if (row.slug == error.slug) return row.limit;
    return std::nullopt;
}

/// A value with its unit, as a manifest writes it: "64MiB", "200ms", "1000".
std::string limit_text(LimitUnit unit, std::uint64_t value);

/// A value of a limit: a number, or a time.
class LimitValue {
  public:
    constexpr LimitValue(std::integral auto number)  // NOLINT(google-explicit-constructor)
        : value_(static_cast<std::uint64_t>(number)) {}
    template <typename Rep, typename Period>
    constexpr LimitValue(  // NOLINT(google-explicit-constructor)
        std::chrono::duration<Rep, Period> time)
        : value_(static_cast<std::uint64_t>(Duration(time).count())) {}
    constexpr std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_;
};

/// The limits of one component, from its manifest to the engine: what was set, and the default for
/// the rest.
class Limits {
  public:
    constexpr Limits() {
        for (const auto& row : limit_rows) values_[index(row.limit)] = row.usual;
    }
    constexpr Limits(std::initializer_list<std::pair<Limit, LimitValue>> values) : Limits() {
        for (const auto& [limit, value] : values) set(limit, value);
    }

    constexpr std::uint64_t operator[](Limit limit) const { return values_[index(limit)]; }
    /// The same where a row's range fits.
    constexpr std::uint32_t count(Limit limit) const {
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>((*this)[limit], std::numeric_limits<std::uint32_t>::max()));
    }
    constexpr Duration time(Limit limit) const {
        return Duration(static_cast<Duration::rep>((*this)[limit]));
    }

    constexpr void set(Limit limit, LimitValue value) {
        values_[index(limit)] = value.value();
        set_[index(limit)] = true;
    }
    /// Whether it was set, to its default or to another value.
    constexpr bool is_set(Limit limit) const { return set_[index(limit)]; }

    bool operator==(const Limits& other) const { return values_ == other.values_; }
    /// Whether one with this effect differs.
    bool differ(const Limits& other, LimitEffect effect) const {
        for (const auto& row : limit_rows)
            if (row.effect == effect && (*this)[row.limit] != other[row.limit]) return true;
        return false;
    }

  private:
    static constexpr std::size_t index(Limit limit) { return static_cast<std::size_t>(limit); }

    std::array<std::uint64_t, limit_rows.size()> values_{};
    std::array<bool, limit_rows.size()> set_{};
};

/// How the engine of a process is set up; fixed at start.
struct EngineConfig {
    std::uint32_t instances_max =
        1'000;  ///< Instances alive at the same time, all components together.
    std::uint64_t memory_bytes_max = 256U
                                     << 20U;  ///< The largest linear memory any component may get.
    std::uint32_t table_elements_max = 20'000;  ///< The largest table any component may get.
    /// Instances are made from a pool, which is faster for many and reserves address space for the
    /// largest of them; else on demand.
    bool pooled = true;
    std::uint64_t keep_resident_bytes = 64U << 10U;  ///< Memory kept warm per pooled slot.
    std::uint32_t epoch_tick_ms = 10;                ///< Length of a guest's time slice.
};

/// How memory that an instance has used is made new for the next one.
enum class MemoryReset : std::uint8_t {
    copy_on_write,   ///< The kernel takes it back, except for what is kept warm; it is copied anew.
    resident_pages,  ///< The kernel says which pages were written; only those are overwritten.
};

/// Figures for metrics and `weft doctor`.
struct EngineStats {
    bool pooling =
        false;  ///< False when address space was too small and instances are allocated on demand.
    std::string pooling_refusal =
        {};  ///< Why there is no pool, as the engine says it; empty with one.
    MemoryReset reset = MemoryReset::copy_on_write;  ///< Of a pool.
    std::string reset_reason = {};       ///< What the probe at start found, in a few words.
    std::uint64_t memory_bytes_max = 0;  ///< The largest linear memory.
    std::uint64_t reserved_bytes = 0;    ///< Address space that making the engine took.
    std::uint64_t instances = 0;         ///< Alive now.
    std::uint64_t instances_max = 0;
    std::uint64_t epoch_yields = 0;  ///< Time slices used up, since start.
};

}  // namespace weft::engine
