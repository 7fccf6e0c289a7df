#pragma once

#include <string>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "platform/claims/verify.h"
#include "platform/host/settings.h"

namespace weft::control {

/// The largest file with a component's code.
constexpr std::size_t component_bytes_max = 100U << 20U;

/// Decides whether code may run under these settings: may it run at all, and may it be given its
/// WASI context? The one place that decides it, for every command. Pure. Errors: those of
/// `claims::admit` and `claims::check_host_grants`.
Result<claims::Admission> admit(BytesView code, const host::ComponentSettings& settings,
                                const claims::TrustPolicy& trust, UnixSeconds now);

/// Whether the code exports what serves HTTP: looked at before it is compiled, which takes long.
/// Code that cannot be read, or exports nothing, is left to the engine. Errors: unsupported
/// (`app.not_http`).
Result<void> check_serves_http(BytesView code, const std::string& id);

/// That error.
Failure not_http(const std::string& id);

/// Code that may run.
struct Admitted {
    Bytes code;
    claims::Admission verdict;
};

/// Reads the file that `settings` name, and decides. Blocks on the disk. Errors: also those of
/// `files::read_file`.
Result<Admitted> read_admitted(const host::ComponentSettings& settings,
                               const claims::TrustPolicy& trust, UnixSeconds now);

}  // namespace weft::control
