#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/obs/event.h"
#include "entry/cli/guest_options.h"

namespace weft::cli {

/// The one component of `weft serve`: an application that is made without a manifest.
struct ServedFile {
    host::ComponentSettings guest;
    std::string address;   ///< Where it listens, HOST:PORT.
    std::string body_max;  ///< The most that a request's body may have, as text; empty: no limit.
};

enum class LogFormat : std::uint8_t { text, json };

/// What `weft up` or `weft serve` was asked for, checked for form only. Directories are absolute.
struct UpOptions {
    std::vector<std::string> manifests;  ///< At least one, unless a file is served.
    std::optional<ServedFile> served;    ///< Of `weft serve`; the data directory is then shared.
    TrustOptions trust;
    HostPlaces places;    ///< Created when missing.
    unsigned shards = 0;  ///< 0: one for each core.
    bool strict = false;  ///< Warnings of the manifest are errors.
    bool detach = false;  ///< Return once it serves.
    bool json = false;    ///< `-o json`: what is printed is for programs, logs too.
    obs::Level log_level = obs::Level::info;
    std::optional<LogFormat> log_format;  ///< Nothing: text on a terminal, else JSON.
    std::string log_file;  ///< Where a detached host logs; empty: `<data_dir>/weft.log`.
    std::uint64_t log_bytes_max = 64U << 20U;  ///< Of that file; then it is replaced.
};

}  // namespace weft::cli
