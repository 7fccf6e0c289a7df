#pragma once

#include <string_view>
#include <vector>

#include "base/obs/registry.h"
#include "io/engine/limits.h"

namespace weft::host {

/// Metrics of the calls into components. The default does nothing.
struct Probe {
    obs::Counter calls;
    obs::Counter calls_failed;
    obs::Counter calls_refused;  ///< Over the limits of the component or of the host.
    obs::Labelled<obs::Counter> limits_reached;  ///< By the number of the `engine::Limit`.
    obs::Gauge calls_running;
    obs::Gauge instances;
    obs::Counter instances_opened;
    obs::Counter instances_reused;
    obs::Counter pool_full;
    obs::Counter components_retired;
    obs::Counter outgoing_http_refused;
    obs::Counter log_bytes;
    obs::Counter log_lines_dropped;
    obs::Histogram call_seconds;

    static Probe in(obs::Registry& registry) {
        std::vector<std::string_view> names;
        names.reserve(engine::limit_rows.size());
        for (const auto& row : engine::limit_rows) names.push_back(row.name);
        return {.calls = registry.counter("weft_host_calls_total", "calls into components"),
                .calls_failed = registry.counter("weft_host_calls_failed_total",
                                                 "calls that ended with an error"),
                .calls_refused =
                    registry.counter("weft_host_calls_refused_total", "calls over a limit"),
                .limits_reached = registry.counters("weft_host_limits_reached_total",
                                                    "calls that a limit ended or refused",
                                                    {{"limit", std::move(names)}}),
                .calls_running = registry.gauge("weft_host_calls_count", "calls under way"),
                .instances = registry.gauge("weft_host_instances_count", "instances alive"),
                .instances_opened = registry.counter("weft_host_instances_opened_total",
                                                     "instances made for calls or ahead of them"),
                .instances_reused = registry.counter("weft_host_instances_reused_total",
                                                     "calls that found an instance ready"),
                .pool_full = registry.counter("weft_host_pool_full_total",
                                              "calls refused because no instance was free"),
                .components_retired =
                    registry.counter("weft_host_components_retired_total",
                                     "components that were taken away or replaced, on each shard"),
                .outgoing_http_refused =
                    registry.counter("weft_host_outgoing_http_refused_total",
                                     "requests of components to other hosts, all refused"),
                .log_bytes = registry.counter("weft_host_guest_log_bytes_total",
                                              "bytes that components printed"),
                .log_lines_dropped = registry.counter("weft_host_guest_log_lines_dropped_total",
                                                      "printed lines over the rate limit"),
                .call_seconds = registry.histogram(
                    "weft_host_call_seconds", "from the call to the response's head",
                    {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5})};
    }
};

}  // namespace weft::host
