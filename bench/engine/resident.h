#pragma once

#include <string>

#include "base/core/result.h"

namespace weft::bench {

/// Loads all components of a folder through a code cache, keeps them, calls none of them; then
/// starts each once. Prints times of loading and resident memory as JSON. Errors: those of the
/// engine.
Result<void> measure_resident(const std::string& components, const std::string& cache);

}  // namespace weft::bench
