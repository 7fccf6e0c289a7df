#pragma once

#include <string>

#include "entry/cli/console.h"
#include "entry/cli/trust_options.h"

namespace weft::cli {

/// Says of each import of each component of a manifest whether its token claims it, its issuer is
/// granted it and a link leads it on, and what comes of it. Errors: those of `take_applications`,
/// `load_trust`, `read_wasm` and `claims::explain_needs`; denied (`inspect.import_refused`), after
/// the report, when a call of some import would be refused.
Result<void> explain(const Console& console, const std::string& manifest,
                     const TrustArguments& trust);

}  // namespace weft::cli
