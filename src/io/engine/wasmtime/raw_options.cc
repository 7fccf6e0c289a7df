#include "io/engine/wasmtime/raw_options.h"

#include "io/engine/wasmtime/failure.h"

namespace weft::engine::wasmtime {

Result<void> check_limits(const Limits& limits) {
    for (const auto& row : limit_rows)
        if (row.usual != 0 && limits[row.limit] == 0 && row.effect == LimitEffect::new_instances)
            return fail(Errc::invalid_argument, "engine.limits_invalid",
                        "the limit '{}' of an instance must not be 0", row.name);
    return ok();
}

we_instance_options raw_of(const Limits& limits, const we_wasi_context* context) {
    auto raw = sized<we_instance_options>();
    raw.memory_bytes_max = limits[Limit::memory];
    raw.host_data_bytes_max = limits[Limit::host_data];
    raw.cpu_time_ns_max = limits[Limit::cpu_time];
    raw.table_elements_max = limits.count(Limit::table_elements);
    raw.handles_max = limits.count(Limit::handles);
    raw.fields_bytes_max = limits.count(Limit::fields);
    raw.random_bytes_max = limits.count(Limit::random);
    raw.parts_max = limits.count(Limit::parts);
    raw.concurrent_max = limits.count(Limit::concurrent);
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
