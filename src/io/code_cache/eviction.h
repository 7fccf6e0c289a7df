#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "io/code_cache/directory.h"

namespace weft::code_cache {

/// What must go so that there is room.
struct Eviction {
    std::vector<std::string> entries;    ///< Least recently used first.
    std::vector<std::string> left_over;  ///< Drafts of processes that ended before they were done.
    std::uint64_t bytes_after = 0;       ///< With what is to come.
};

/// The name of a file that is being written.
std::string draft_name(std::uint64_t process, std::uint64_t number);

/// Decides what goes before `bytes_wanted` more come in. Drafts count like entries; those untouched
/// for an hour go. Files of other names are not ours: they stay and do not count. Pure.
Eviction plan_eviction(std::vector<Directory::File> files, std::uint64_t bytes_wanted,
                       std::uint64_t bytes_max, std::time_t now);

}  // namespace weft::code_cache
