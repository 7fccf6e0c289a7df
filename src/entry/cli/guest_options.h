#pragma once

#include "entry/cli/host_places.h"
#include "entry/cli/trust_options.h"
#include "platform/host/settings.h"

namespace weft::cli {

/// One file that `weft run` or `weft call` runs by itself, checked for form only.
struct GuestOptions {
    TrustOptions trust;
    host::ComponentSettings guest;  ///< With the limits that the command line sets.
    HostPlaces places;              ///< For the code cache and its key; created when missing.
};

struct RunOptions : GuestOptions {
    bool quiet = false;  ///< No warnings.
};

}  // namespace weft::cli
