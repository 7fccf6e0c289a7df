#pragma once

#include <vector>

#include "base/core/result.h"
#include "entry/cli/console.h"
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

/// Reads the manifests and the trust file that the command names. What is found in the manifests
/// goes to `console`. Errors: those of `cli::take_applications` and `cli::load_trust`.
Result<Order> read_order(const cli::UpOptions& options, const cli::Console& console);

}  // namespace weft::app
