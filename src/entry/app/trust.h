#pragma once

#include "base/core/result.h"
#include "entry/cli/trust_options.h"
#include "platform/claims/trust.h"

namespace weft::app {

/// The policy of the trust file with the keys of `--trust` added. A file that is missing is an
/// empty policy unless a flag named it. Errors: those of the file and of `claims::read_trust`.
Result<claims::TrustPolicy> load_trust(const cli::TrustOptions& options);

}  // namespace weft::app
