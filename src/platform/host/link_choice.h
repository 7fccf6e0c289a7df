#pragma once

#include <memory>

#include "platform/capability/imports.h"
#include "platform/host/import_dispatch.h"

namespace weft::host {

/// Answers `wasmcloud:bus/lattice` 1.0.0 or 2.0.x, by which the guest of one instance chooses among
/// the names of its links; with 2.0.x it is told of a name that no link has. `instance` outlives
/// it. Errors: unsupported (`capability.import_mismatch`).
Result<std::unique_ptr<capability::ImportTarget>> serve_link_choice(rt::Executor* executor,
                                                                    ImportDispatch& instance,
                                                                    const value::Interface& wanted);

/// Whether `wanted` can be answered so. Errors: as above.
Result<void> check_link_choice(rt::Executor* executor, const value::Interface& wanted);

}  // namespace weft::host
