#pragma once

#include <string>

#include "base/core/result.h"
#include "entry/cli/console.h"

namespace weft::cli {

/// `weft keys gen KIND`: makes a key, keeps its seed and prints `{public_key, seed_file}`. Errors:
/// invalid_argument (`keys.kind_unknown`), those of `KeyStore::save`.
Result<void> keys_gen(const Console& console, const std::string& kind);

/// `weft keys list`. A seed file that cannot be read is a warning.
Result<void> keys_list(const Console& console);

/// `weft keys get KEY`: by public key or name. It prints where the seed is, never the seed.
Result<void> keys_get(const Console& console, const std::string& key);

}  // namespace weft::cli
