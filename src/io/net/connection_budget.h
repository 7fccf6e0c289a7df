#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

#include "base/core/time.h"
#include "base/obs/limited_log.h"
#include "base/obs/registry.h"

namespace weft::net {

/// How many connections all servers of a process may have open together, so that they leave
/// descriptors for everything else. Says in the log when a client finds no place. Any thread.
class ConnectionBudget {
  public:
    /// `log` and `registry` outlive it.
    ConnectionBudget(std::size_t connections_max, obs::LimitedLog* log, obs::Registry& registry);

    /// One place, if there is one.
    bool try_take();
    /// One place, though there may be none: another connection is about to end for it.
    void take();
    void give_back();
    /// A client was sent away because there is no place.
    void note_refused(TimePoint now);
    /// The kernel gave no descriptor for a client, who waits.
    void note_failed_accept(TimePoint now, std::string_view reason);

    std::size_t connections_max() const { return connections_max_; }
    std::size_t connections() const { return open_.load(std::memory_order_relaxed); }

  private:
    const std::size_t connections_max_;
    obs::LimitedLog* log_;
    obs::Gauge connections_;
    obs::Counter refused_;
    obs::Counter accepts_failed_;
    std::atomic<std::size_t> open_ = 0;
};

}  // namespace weft::net
