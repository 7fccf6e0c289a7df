#pragma once

#include <string>

#include "base/core/random.h"
#include "base/core/result.h"
#include "io/code_cache/seal.h"

namespace weft::code_cache {

/// Reads the 32 secret bytes of this host from a file, or makes it with mode 0600: once, also when
/// several processes want it at the same time. Errors: denied (`code_cache.key_unsafe`: a link, not
/// ours, open to others, of another length), unavailable (`code_cache.key_unusable`).
Result<SealKey> ensure_seal_key(const std::string& path, Random& random);

}  // namespace weft::code_cache
