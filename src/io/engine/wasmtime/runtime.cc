#include "io/engine/wasmtime/runtime.h"

#include "io/engine/wasmtime/failure.h"
#include "io/engine/wasmtime/wakeable.h"

// Both sides of the boundary state the layouts; the Rust side has the same figures.
static_assert(sizeof(we_str) == 16 && sizeof(we_buf) == 32 && sizeof(we_header) == 32);
static_assert(sizeof(we_waker_vtable) == 32 && sizeof(we_body_vtable) == 24);
static_assert(sizeof(we_engine_config) == 48 && sizeof(we_metrics) == 80);
static_assert(sizeof(we_imports) == 24 && sizeof(we_call_sink) == 24);
static_assert(sizeof(we_instance_options) == 120 && sizeof(we_http_request) == 96);
static_assert(sizeof(we_http_sink) == 48 && sizeof(we_poll) == 16);
static_assert(sizeof(we_directory) == 40 && sizeof(we_wasi_context_config) == 80);
static_assert(sizeof(we_address_range) == 20 && sizeof(we_command_sink) == 24);

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// Guests run on stacks and with a signal stack that the sanitizer does not know: it must neither
// keep frames aside nor manage signal stacks. See docs/reference/engine-abi.md.
extern "C" const char* __asan_default_options() {
    return "detect_stack_use_after_return=0:use_sigaltstack=0";
}
#endif
#endif

namespace weft::engine::wasmtime {
namespace {

Result<void> start_runtime() {
    if (const auto version = we_abi_version(); version != WE_ABI_VERSION)
        return fail(Errc::internal, "engine.abi_version",
                    "the engine library speaks version {} where {} is expected; build both from "
                    "one source",
                    version, WE_ABI_VERSION);
    auto wakers = sized<we_waker_vtable>();
    wakers.clone = [](void* data) noexcept { Wakeable::of(data).add_reference(); };
    wakers.wake = [](void* data) noexcept { Wakeable::of(data).wake(); };
    wakers.drop = [](void* data) noexcept { Wakeable::of(data).drop_reference(); };
    we_error* error = nullptr;
    const auto status = we_runtime_init(&wakers, &error);
    const ErrorHandle owned(error);
    if (status != WE_OK) return failure_of(error);
    return ok();
}

}  // namespace

Result<void> ensure_runtime() {
    static const Result<void> started = start_runtime();
    return started;
}

}  // namespace weft::engine::wasmtime
