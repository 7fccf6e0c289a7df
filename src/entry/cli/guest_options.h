#pragma once

#include "entry/cli/host_places.h"
#include "entry/cli/trust_options.h"
#include "platform/host/settings.h"

namespace weft::cli {

/// What `weft run` was asked for, checked for form only.
struct RunOptions {
    TrustOptions trust;
    host::ComponentSettings guest;  ///< With the limits that the command line sets.
    HostPlaces places;              ///< For the code cache and its key; created when missing.
    bool quiet = false;             ///< No warnings.
};

}  // namespace weft::cli
