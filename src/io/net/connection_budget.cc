#include "io/net/connection_budget.h"

namespace weft::net {

ConnectionBudget::ConnectionBudget(std::size_t connections_max, obs::LimitedLog* log,
                                   obs::Registry& registry)
    : connections_max_(connections_max),
      log_(log),
      connections_(registry.gauge("weft_net_connections_count", "connections of clients")),
      refused_(registry.counter("weft_net_connections_refused_total",
                                "connections closed at once, for as many were open as may")),
      accepts_failed_(registry.counter("weft_net_accepts_failed_total",
                                       "times that no descriptor was left for a client")) {}

bool ConnectionBudget::try_take() {
    if (open_.fetch_add(1, std::memory_order_relaxed) < connections_max_) {
        connections_.add(1);
        return true;
    }
    open_.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

void ConnectionBudget::take() {
    open_.fetch_add(1, std::memory_order_relaxed);
    connections_.add(1);
}

void ConnectionBudget::note_refused(TimePoint now) {
    refused_.add();
    log_->write(obs::Level::warn, "http.connections_full", {}, now,
                obs::kv("connections_max", connections_max_));
}

void ConnectionBudget::give_back() {
    open_.fetch_sub(1, std::memory_order_relaxed);
    connections_.add(-1);
}

void ConnectionBudget::note_failed_accept(TimePoint now, std::string_view reason) {
    accepts_failed_.add();
    log_->write(obs::Level::error, "http.accept_failed", {}, now, obs::kv("reason", reason),
                obs::kv("remedy", "raise the limit of open files: ulimit -n 16384"));
}

}  // namespace weft::net
