#pragma once

#include "base/obs/registry.h"

namespace weft::code_cache {

/// Metrics of the cache. The default does nothing.
struct Probe {
    obs::Counter hits;
    obs::Counter misses;
    obs::Counter rejected;  ///< Entries that failed a check and were removed.
    obs::Counter evicted;   ///< Entries that were removed to make room.
    obs::Gauge bytes;       ///< On disk, when it was last looked at.

    static Probe in(obs::Registry& registry) {
        return {
            .hits = registry.counter("weft_code_cache_hits_total", "components not compiled"),
            .misses = registry.counter("weft_code_cache_misses_total", "components to be compiled"),
            .rejected =
                registry.counter("weft_code_cache_rejected_total", "entries that failed a check"),
            .evicted =
                registry.counter("weft_code_cache_evicted_total", "entries removed to make room"),
            .bytes = registry.gauge("weft_code_cache_bytes", "size on disk")};
    }
};

}  // namespace weft::code_cache
