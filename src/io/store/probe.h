#pragma once

#include "base/obs/registry.h"

namespace weft::store {

/// Metrics of the writers of all files together. The default does nothing.
struct Probe {
    obs::Gauge jobs_waiting;  ///< Not answered yet.
    obs::Counter jobs;
    obs::Counter jobs_refused;  ///< For the queue was full.
    obs::Counter commits;
    obs::Counter commits_failed;

    static Probe in(obs::Registry& registry) {
        return {.jobs_waiting = registry.gauge("weft_store_jobs_waiting", "jobs not answered yet"),
                .jobs = registry.counter("weft_store_jobs_total", "reads and changes"),
                .jobs_refused = registry.counter("weft_store_jobs_refused_total",
                                                 "jobs over the queue's limit"),
                .commits = registry.counter("weft_store_commits_total", "groups of changes"),
                .commits_failed =
                    registry.counter("weft_store_commits_failed_total", "groups that were undone")};
    }
};

}  // namespace weft::store
