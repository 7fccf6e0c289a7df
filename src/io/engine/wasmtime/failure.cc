#include "io/engine/wasmtime/failure.h"

namespace weft::engine::wasmtime {
namespace {

Failure trap(const we_error* error, std::string_view message) {
    switch (we_error_trap(error)) {
        case WE_TRAP_EXIT:
            return fail(Errc::guest_trap, "engine.trap_exit",
                        "{} instead of answering; look at what it printed", message);
        case WE_TRAP_STACK_OVERFLOW:
            return fail(Errc::guest_trap, "engine.trap_stack",
                        "the component used up its stack; look for an endless recursion");
        default: return fail(Errc::guest_trap, "engine.trap", "the component trapped: {}", message);
    }
}

/// Why bytes did not become a component.
Failure refused(we_status status, std::string_view message) {
    switch (status) {
        case WE_NOT_WASM:
            return fail(Errc::corrupt, "engine.not_wasm",
                        "these bytes are not WebAssembly; give a .wasm file");
        case WE_TOO_MANY_FUNCTIONS:
            return fail(Errc::exhausted, "engine.compile_functions",
                        "the component is too large to be compiled: {}", message);
        case WE_LINK:
            return fail(Errc::unsupported, "engine.import_unknown",
                        "the component needs what this host does not offer: {}", message);
        default:
            return fail(Errc::corrupt, "engine.component_corrupt",
                        "the component cannot be compiled: {}", message);
    }
}

/// The guest went beyond a limit of its instance.
Failure over_limit(we_status status) {
    switch (status) {
        case WE_CPU:
            return fail(Errc::exhausted, "engine.cpu_budget",
                        "the component used up its CPU time; give it more or look for a loop");
        case WE_MEMORY:
            return fail(Errc::exhausted, "engine.memory_limit",
                        "the component needs more memory than its limit; raise the limit");
        case WE_HANDLES:
            return fail(Errc::exhausted, "engine.handle_limit",
                        "the component holds more host resources than its limit; raise 'handles' "
                        "or look for a leak");
        case WE_FIELDS:
            return fail(Errc::exhausted, "engine.field_limit",
                        "the component made header fields beyond its limit; raise 'fields'");
        case WE_HOST_DATA:
            return fail(Errc::exhausted, "engine.host_data_limit",
                        "the component handed more to the host in one call than its limit; raise "
                        "'host_data' or use a stream");
        case WE_RANDOM:
            return fail(Errc::exhausted, "engine.random_limit",
                        "the component asked for more random bytes at once than its limit; raise "
                        "'random' or ask for less");
        default:
            return fail(Errc::exhausted, "engine.parts_limit",
                        "the component is made of more core instances, tables or memories than "
                        "its limit; raise 'parts'");
    }
}

/// Why a call gave no response, or not all of it.
Failure ended(we_status status, std::string_view message) {
    switch (status) {
        case WE_POOL_FULL:
            return fail(Errc::exhausted, "engine.pool_full", "{}; try again later", message);
        case WE_NO_RESPONSE:
            return fail(Errc::failed_precondition, "engine.no_response",
                        "the component ended without a response");
        case WE_GUEST_ERROR:
            return fail(Errc::failed_precondition, "engine.guest_error", "{}", message);
        case WE_INSTANCE_LOST:
            return fail(Errc::unavailable, "engine.instance_lost",
                        "{}; one of its calls is at fault, this one may be tried again", message);
        default:
            return fail(Errc::failed_precondition, "engine.body_incomplete",
                        "the component did not complete its response body");
    }
}

/// Why a call or an engine could not be started.
Failure not_started(we_status status, std::string_view message) {
    switch (status) {
        case WE_INVALID:
            return fail(Errc::invalid_argument, "engine.config_invalid",
                        "the engine's settings are not valid: {}", message);
        case WE_ENGINE:
            return fail(Errc::unavailable, "engine.machine_refused",
                        "the machine refuses what the engine needs: {}", message);
        case WE_ARTIFACT: return fail(Errc::corrupt, "engine.code_unusable", "{}", message);
        case WE_WASI_CONTEXT:
            return fail(Errc::failed_precondition, "engine.wasi_context_refused", "{}", message);
        case WE_NO_COMMAND: return fail(Errc::unsupported, "engine.no_command", "{}", message);
        case WE_NO_HANDLER: return fail(Errc::unsupported, "engine.no_http_handler", "{}", message);
        case WE_BAD_REQUEST:
            return fail(Errc::invalid_argument, "engine.request_invalid", "{}", message);
        default: return fail(Errc::internal, "engine.internal", "the engine failed: {}", message);
    }
}

}  // namespace

Failure failure_of(const we_error* error) {
    const auto status = we_error_code(error);
    const auto message = text(we_error_message(error));
    return status == WE_TRAP ? trap(error, message) : failure_of(status, message);
}

Failure failure_of(we_status status, std::string_view message) {
    switch (status) {
        case WE_NOT_WASM:
        case WE_TOO_MANY_FUNCTIONS:
        case WE_COMPILE:
        case WE_LINK: return refused(status, message);
        case WE_CPU:
        case WE_MEMORY:
        case WE_HANDLES:
        case WE_FIELDS:
        case WE_HOST_DATA:
        case WE_RANDOM:
        case WE_PARTS: return over_limit(status);
        case WE_POOL_FULL:
        case WE_NO_RESPONSE:
        case WE_GUEST_ERROR:
        case WE_INSTANCE_LOST:
        case WE_BODY_INCOMPLETE: return ended(status, message);
        default: return not_started(status, message);
    }
}

bool is_trap(const we_error* error) {
    const auto status = we_error_code(error);
    return status == WE_TRAP || status == WE_CPU || status == WE_MEMORY ||
           (status >= WE_HANDLES && status <= WE_PARTS);
}

Failure out_of_time() {
    return fail(Errc::deadline, "engine.deadline", "the component did not end before its deadline");
}

}  // namespace weft::engine::wasmtime
