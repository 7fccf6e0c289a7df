#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/core/time.h"
#include "io/engine/world.h"

namespace weft::cli {

/// Whom a run trusts.
struct TrustOptions {
    std::vector<std::string>
        trust_keys;          ///< `--trust KEY`: account keys trusted for this run with every grant.
    std::string trust_file;  ///< `trust.yaml`; a missing file is an empty policy unless it was
                             ///< named by a flag.
    bool trust_file_named = false;
};

/// One file that runs without a manifest, and what the command line gives it.
struct GuestFile {
    std::string path;  ///< Absolute.
    engine::World world;
    std::optional<std::uint64_t> memory_bytes_max;  ///< 64 KiB to 4 GiB.
    std::optional<Duration> cpu_time;               ///< Of the run, or of each request.
    std::optional<Duration> deadline;               ///< Likewise.
    bool may_be_unsigned = false;                   ///< `--unsigned`.
};

/// What `weft run` was asked for, checked for form only.
struct RunOptions : TrustOptions {
    GuestFile guest;
    bool quiet = false;  ///< No warnings.
};

}  // namespace weft::cli
