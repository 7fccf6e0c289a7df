#include "io/net/connection_table.h"

#include <algorithm>

namespace weft::net {

ConnectionTable::Admission ConnectionTable::admit(const ClientAddress& client, Host host) {
    if (is_over_share(client, host.is_crowded)) {
        ++stats_->connections_over_share;
        return Admission::over_share;
    }
    if (host.has_place && size() < limits_->connections_max) return Admission::admitted;
    if (idle_.empty()) {
        ++stats_->connections_refused;
        return Admission::full;
    }
    ++stats_->connections_made_room;
    // It leaves the table when its task has ended, which is soon; until then it is not asked again.
    auto* const longest = idle_.front().connection;
    set_idle(idle_.begin(), false);
    longest->end();
    return Admission::admitted;
}

bool ConnectionTable::is_over_share(const ClientAddress& client, bool is_crowded) const {
    if (!is_crowded && size() <= limits_->connections_max / 2) return false;
    const auto found = counts_.find(neighbourhood_of(client));
    if (found == counts_.end() || found->second < limits_->connections_per_client_max) return false;
    return std::ranges::none_of(proxies_,
                                [&](const AddressRange& range) { return contains(range, client); });
}

ConnectionTable::Place ConnectionTable::add(Connection* connection, const ClientAddress& client) {
    ++counts_[neighbourhood_of(client)];
    const auto place = idle_.insert(idle_.end(), {.connection = connection, .client = client});
    stats_->connections = size();
    return place;
}

void ConnectionTable::remove(Place place) {
    const auto count = counts_.find(neighbourhood_of(place->client));
    if (--count->second == 0) counts_.erase(count);
    (place->is_idle ? idle_ : busy_).erase(place);
    stats_->connections = size();
}

void ConnectionTable::set_idle(Place place, bool is_idle) {
    if (place->is_idle == is_idle) return;
    auto& to = is_idle ? idle_ : busy_;
    to.splice(to.end(), is_idle ? busy_ : idle_, place);
    place->is_idle = is_idle;
}

void ConnectionTable::drain_all() {
    for (auto* const list : {&idle_, &busy_})
        for (const auto& entry : *list) entry.connection->drain();
}

}  // namespace weft::net
