#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "platform/capability/invoke.h"

namespace weft::providers::http_server {

/// Who answers which requests on one address. Immutable once it serves: a change makes a new table.
class Routes {
  public:
    struct Route {
        std::string host;  ///< Lower case; empty takes all.
        std::string path;  ///< Prefix in whole segments.
        capability::ComponentId target;
    };

    /// Errors: already_exists (another component has the same host and path).
    Result<void> add(Route route);
    /// The target of the route with the matching host (before one that takes all) and the longest
    /// matching path; empty when there is none. `authority` is the request's, `path_and_query` too.
    const capability::ComponentId* find(std::string_view authority,
                                        std::string_view path_and_query) const;
    bool is_empty() const { return routes_.empty(); }

  private:
    std::vector<Route> routes_;  // Best first: with a host before without, longer paths first.
};

}  // namespace weft::providers::http_server
