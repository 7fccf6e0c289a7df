#pragma once

#include <string>

namespace weft::cli {

/// Where a host keeps its files; absolute.
struct HostPlaces {
    std::string data_dir;
    std::string code_cache_dir;  ///< Empty: compiled code is not kept.
};

}  // namespace weft::cli
