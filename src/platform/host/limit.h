#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/core/result.h"

namespace weft::host {

/// A limit of a component, and the error of a call that reached it.
struct Limit {
    std::string_view name;  ///< As in metrics and in the trait `limits`.
    Slug slug;
};

/// All limits that end or refuse a call. Those that drop something instead (the log) have metrics
/// of their own.
inline constexpr std::array<Limit, 13> component_limits{{
    {"memory", "engine.memory_limit"},
    {"cpu_time", "engine.cpu_budget"},
    {"deadline", "engine.deadline"},
    {"stack", "engine.trap_stack"},
    {"handles", "engine.handle_limit"},
    {"fields", "engine.field_limit"},
    {"host_data", "engine.host_data_limit"},
    {"random", "engine.random_limit"},
    {"parts", "engine.parts_limit"},
    {"engine", "engine.pool_full"},
    {"instances", "host.pool_full"},
    {"queue", "host.queue_full"},
    {"queue_deadline", "host.queue_deadline"},
}};

/// The place in `component_limits` of the one that made a call fail, if it was one.
inline std::optional<std::size_t> limit_behind(const Error& error) {
    for (std::size_t at = 0; at < component_limits.size(); ++at)
        if (error.slug == component_limits[at].slug) return at;
    return std::nullopt;
}

}  // namespace weft::host
