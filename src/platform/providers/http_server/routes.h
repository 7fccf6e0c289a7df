#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "platform/capability/invoke.h"

namespace weft::providers::http_server {

/// Who answers which requests on one address. Immutable once it serves: a change makes a new table.
class Routes {
  public:
    struct Route {
        std::string host;  ///< Lower case; empty takes all.
        std::string path;  ///< Prefix in whole segments.
        capability::ComponentId target;
        std::uint64_t body_bytes_max =
            std::numeric_limits<std::uint64_t>::max();  ///< Content of one request.
        std::size_t link = 0;  ///< The position of the link that asked for it, for messages.
    };

    /// Adds it and returns null, unless one has the same host and path: then that is returned.
    const Route* add(Route route);
    /// The route with the matching host (before one that takes all) and the longest matching path;
    /// null when there is none. `authority` is the request's, `path_and_query` too.
    const Route* find(std::string_view authority, std::string_view path_and_query) const;
    bool is_empty() const { return routes_.empty(); }

  private:
    std::vector<Route> routes_;  // Best first: with a host before without, longer paths first.
};

}  // namespace weft::providers::http_server
