#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <vector>

#include "io/net/address_range.h"
#include "io/net/http_server.h"

namespace weft::net {

/// Exists so that no client, and no crowd of clients that only wait, keeps others out: it knows the
/// open connections of one server, admits new ones and says which one goes when there are too many.
/// Shard-local.
class ConnectionTable {
  public:
    /// What it does to a connection.
    class Connection {
      public:
        /// Ends it now if it waits for a request, else after the present response.
        virtual void drain() = 0;
        /// Ends it soon, whatever it does.
        virtual void end() = 0;

      protected:
        ~Connection() = default;
    };
    struct Entry {
        Connection* connection;
        ClientAddress client;
        bool is_idle = true;
    };
    using Place = std::list<Entry>::iterator;

    /// Both outlive it.
    ConnectionTable(const HttpLimits* limits, HttpServerStats* stats)
        : limits_(limits), stats_(stats) {}

    void set_proxies(std::vector<AddressRange> proxies) { proxies_ = std::move(proxies); }

    enum class Admission : std::uint8_t { admitted, over_share, full };

    /// What the rest of the host has to say.
    struct Host {
        bool has_place = true;    ///< Without one an idle connection makes room.
        bool is_crowded = false;  ///< More than half of its connections are in use.
    };
    /// Whether one more may be added; ends another one for it if it must.
    Admission admit(const ClientAddress& client, Host host);
    /// Idle from the start. The connection must be removed before it goes.
    Place add(Connection* connection, const ClientAddress& client);
    void remove(Place place);
    /// It waits for a request from now on, or for its client to close; or does not any more.
    void set_idle(Place place, bool is_idle);
    void drain_all();
    std::size_t size() const { return idle_.size() + busy_.size(); }

  private:
    bool is_over_share(const ClientAddress& client, bool is_crowded) const;

    const HttpLimits* limits_;
    HttpServerStats* stats_;
    std::list<Entry> idle_;  // Those that wait longest come first.
    std::list<Entry> busy_;
    std::map<ClientAddress, std::size_t> counts_;  // No entry is 0.
    std::vector<AddressRange> proxies_;
};

}  // namespace weft::net
