#include "io/engine/wasmtime/raw_options.h"

#include "io/engine/wasmtime/failure.h"

namespace weft::engine::wasmtime {

Result<void> check_limits(const CallLimits& limits) {
    if (limits.memory_bytes_max == 0 || limits.hostcall_bytes_max == 0 ||
        limits.table_elements_max == 0 || limits.handles_max == 0 || limits.header_bytes_max == 0 ||
        limits.random_bytes_max == 0 || limits.parts_max == 0)
        return fail(Errc::invalid_argument, "engine.limits_invalid",
                    "the limits of an instance must not be 0, except for its CPU time");
    return ok();
}

we_instance_options raw_of(const CallLimits& limits, const we_wasi_context* context) {
    auto raw = sized<we_instance_options>();
    raw.memory_bytes_max = limits.memory_bytes_max;
    raw.hostcall_bytes_max = limits.hostcall_bytes_max;
    raw.cpu_ns_max = static_cast<std::uint64_t>(limits.cpu_time_max.count());
    raw.table_elements_max = limits.table_elements_max;
    raw.handles_max = limits.handles_max;
    raw.header_bytes_max = limits.header_bytes_max;
    raw.random_bytes_max = limits.random_bytes_max;
    raw.parts_max = limits.parts_max;
    raw.wasi_context = context;
    return raw;
}

void tell_output(GuestObserver* observer, std::int32_t stream, we_str bytes) {
    const auto which = stream == WE_STDERR ? GuestStream::err : GuestStream::out;
    if (observer != nullptr) observer->on_output(which, view(bytes));
}

void tell_fault(GuestObserver* observer, const we_error* error) {
    if (observer != nullptr && is_trap(error))
        observer->on_trap(text(we_error_message(error)), text(we_error_backtrace(error)));
}

void tell_refusal(GuestObserver* observer, std::int32_t kind, we_str target) {
    if (observer != nullptr && kind == WE_REFUSED_HTTP)
        observer->on_refused(Refusal::outgoing_http, text(target));
}

}  // namespace weft::engine::wasmtime
