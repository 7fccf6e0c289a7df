#pragma once

#include <string>

#include "entry/cli/trust_options.h"

namespace weft::cli {

/// The component that `weft call` was asked to call, checked for form only.
struct CallOptions {
    std::string file;  ///< Absolute.
    TrustOptions trust;
    bool allow_unsigned = false;  ///< `--unsigned`: this file runs even if it is not signed.
};

}  // namespace weft::cli
