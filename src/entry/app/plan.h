#pragma once

#include <string>
#include <vector>

#include "base/core/result.h"
#include "platform/capability/link.h"
#include "platform/host/component.h"
#include "platform/manifest/model.h"

namespace weft::app {

/// A component that is to run.
struct PlannedComponent {
    capability::ComponentId id;
    std::string path;  ///< The file with its code, absolute.
    engine::CallLimits limits;
    host::Admission admission;
    host::Reuse reuse;
    std::uint64_t log_bytes_per_s = 64U << 10U;
    engine::WasiContext wasi = {};  ///< What of the machine it is given.
    bool may_be_unsigned = false;   ///< Whatever the trust file says.
};

/// An http-server that is to listen.
struct PlannedHttpServer {
    capability::ComponentId id;
    capability::Config config;
    std::vector<capability::Link> links;
};

/// What one process has to start. The part of a manifest that this build acts on; the rest was
/// refused.
struct Plan {
    std::vector<PlannedComponent> components;
    std::vector<PlannedHttpServer> http_servers;
};

/// Adds an application to the plan. `directory` is the manifest's own, for images beside it.
/// Errors: unsupported (a provider or an image that this build cannot serve), already_exists (an id
/// that another application has), not_found (a configuration that is managed elsewhere). `plan` is
/// then to be thrown away.
Result<void> add_to_plan(Plan& plan, const manifest::Application& application,
                         const std::string& directory);

}  // namespace weft::app
