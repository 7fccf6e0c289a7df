#pragma once

#include <map>
#include <string>
#include <vector>

#include "platform/capability/invoke.h"

namespace weft::capability {

using Config = std::map<std::string, std::string>;

/// What lets `source` call `target` by some interfaces of one package, and how both ends are set
/// up. Source: links of the wasmCloud 1.9 lattice.
struct Link {
    std::string name = "default";
    ComponentId source;
    ComponentId target;
    std::string ns;       ///< "wasi"
    std::string package;  ///< "http"
    std::vector<std::string> interfaces;
    Config source_config;
    Config target_config;
};

}  // namespace weft::capability
