#pragma once

#include <string>

#include "base/core/random.h"

namespace weft::claims {

/// A unique id of 22 letters and digits, 131 random bits. Source: NUID, as `jti` carries it.
std::string make_nuid(Random& random);

}  // namespace weft::claims
