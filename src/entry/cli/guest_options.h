#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/core/time.h"
#include "entry/cli/trust_options.h"
#include "io/engine/wasi_context.h"

namespace weft::cli {

/// One file that runs without a manifest, and what the command line gives it.
struct GuestFile {
    std::string path;  ///< Absolute.
    engine::WasiContext wasi;
    std::optional<std::uint64_t> memory_bytes_max;  ///< 64 KiB to 4 GiB.
    std::optional<Duration> cpu_time;               ///< Of the run, or of each request.
    std::optional<Duration> deadline;               ///< Likewise.
    bool may_be_unsigned = false;                   ///< `--unsigned`.
};

/// What `weft run` was asked for, checked for form only.
struct RunOptions {
    TrustOptions trust;
    GuestFile guest;
    std::string data_dir;        ///< For the code cache's key; created when missing.
    std::string code_cache_dir;  ///< As of `UpOptions`.
    bool quiet = false;          ///< No warnings.
};

}  // namespace weft::cli
