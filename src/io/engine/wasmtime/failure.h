#pragma once

#include "base/core/result.h"
#include "io/engine/wasmtime/handle.h"

namespace weft::engine::wasmtime {

/// What a failure of the library is to the rest of Weft.
Failure failure_of(const we_error* error);

/// The same for one whose error is in another process; not for traps.
Failure failure_of(we_status status, std::string_view message);

/// The guest ended by itself or used up what it may have, and its log should say where.
bool is_trap(const we_error* error);

/// The call's time is over.
Failure out_of_time();

/// Calls a fallible function of the library and keeps what it made:
/// `TRY(auto engine, make<EngineHandle>([&](auto** out, auto** error) { return we_engine_new(...);
/// }));`
template <typename Handle, typename Call>
Result<Handle> make(Call call) {
    typename Handle::pointer made = nullptr;
    we_error* error = nullptr;
    const we_status status = call(&made, &error);
    const ErrorHandle owned(error);
    if (status != WE_OK) return failure_of(error);
    return Handle(made);
}

}  // namespace weft::engine::wasmtime
