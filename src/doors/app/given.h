#pragma once

#include <vector>

#include "io/engine/world.h"
#include "platform/claims/given.h"

namespace weft::app {

/// What of a world needs a claim and a grant: directories, variables, addresses. Arguments and the
/// console do not: they come from whoever starts the component, and reach nothing.
std::vector<claims::Given> given_in(const engine::World& world);

}  // namespace weft::app
