#pragma once

#include "io/engine/engine.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// Errors: invalid_argument (`engine.limits_invalid`).
Result<void> check_limits(const Limits& limits);

/// What an instance or a program may use; it tells nobody yet. `context` may be null.
we_instance_options raw_of(const Limits& limits, const we_wasi_context* context);

/// What the library says of a guest, on its way to the observer; which may be null.
void tell_output(GuestObserver* observer, std::int32_t stream, we_str bytes);
void tell_fault(GuestObserver* observer, const we_error* error);
void tell_refusal(GuestObserver* observer, std::int32_t kind, we_str target);

}  // namespace weft::engine::wasmtime
