#pragma once

#include <string>

#include "io/engine/limits.h"
#include "io/engine/wasi_context.h"
#include "platform/capability/invoke.h"
#include "platform/capability/link.h"

namespace weft::host {

/// How one component of this host runs: the same object from its manifest to the engine.
struct ComponentSettings {
    capability::ComponentId id;
    std::string path;              ///< The file with its code, absolute.
    engine::Limits limits;         ///< On the whole host.
    engine::WasiContext wasi;      ///< What of the machine it may see.
    capability::Config config;     ///< What it reads by `wasi:config`.
    bool may_be_unsigned = false;  ///< Whatever the trust file says.
};

}  // namespace weft::host
