#pragma once

#include <span>

#include "platform/capability/provider.h"

namespace weft::app {

/// The capability providers inside of this program.
std::span<const capability::ProviderKind> provider_kinds();

}  // namespace weft::app
