#pragma once

#include <vector>

#include "base/core/result.h"
#include "base/obs/log.h"
#include "entry/cli/up_options.h"
#include "platform/claims/trust.h"
#include "platform/control/desired.h"

namespace weft::app {

/// What a command asks the control service for.
struct Order {
    std::vector<control::Application> applications;
    claims::TrustPolicy trust;
};

/// The application of `weft serve`: one component behind an http-server.
control::Application application_of(const cli::ServedFile& served);

/// Reads the manifests and the trust file that the command names. Warnings of the manifests go to
/// `log`. Errors: those of `load_trust` and `control::plan`, invalid_argument
/// (`app.manifest_invalid`: the first error of a manifest).
Result<Order> read_order(const cli::UpOptions& options, const obs::Log& log);

}  // namespace weft::app
