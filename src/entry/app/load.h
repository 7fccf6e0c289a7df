#pragma once

#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/obs/log.h"
#include "entry/app/plan.h"
#include "entry/cli/up_options.h"
#include "platform/claims/verify.h"

namespace weft::app {

/// Code that may run: read, its token checked, not compiled yet.
struct AdmittedComponent {
    PlannedComponent plan;
    Bytes code;
    claims::Admission admission;
};

/// All that `weft up` or `weft serve` was asked for, read and checked; nothing was started.
struct Load {
    std::vector<AdmittedComponent> components;
    std::vector<PlannedHttpServer> http_servers;
};

/// Reads one component's code and decides about it: may it run, and may it be given its WASI
/// context? The decision goes to `log`. Errors: those of `cli::read_file`, `claims::admit` and
/// `claims::check_host_grants`.
Result<AdmittedComponent> admit(PlannedComponent plan, const claims::TrustPolicy& policy,
                                UnixSeconds now, const obs::Log& log);

/// Reads manifests, images and trust, and decides. All or nothing: the first refusal is the error.
/// Warnings of the manifests and the decision about each component go to `log`. `now` decides about
/// the validity of tokens.
Result<Load> load(const cli::UpOptions& options, UnixSeconds now, const obs::Log& log);

}  // namespace weft::app
