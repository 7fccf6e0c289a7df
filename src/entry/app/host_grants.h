#pragma once

#include <vector>

#include "io/engine/wasi_context.h"
#include "platform/claims/host_grant.h"

namespace weft::app {

/// What of a WASI context needs a claim and a grant: directories, variables, addresses. Arguments
/// and the console do not: they come from whoever starts the component, and reach nothing.
std::vector<claims::HostGrant> host_grants_in(const engine::WasiContext& wasi);

}  // namespace weft::app
