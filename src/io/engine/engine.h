#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/rt/call_ctx.h"
#include "base/rt/executor.h"
#include "base/rt/task.h"
#include "io/engine/limits.h"
#include "io/net/http_message.h"

/// The port to whatever runs WebAssembly. `wasmtime/` implements it for real, `fake/` with C++
/// lambdas; both pass the suite in port_suite.h. Nothing here knows applications, claims or links.
namespace weft::engine {

enum class GuestStream { out, err };

/// What an instance says and does besides its answer. Called on the executor of the call, inside a
/// poll: the callee copies what it needs and returns.
class GuestObserver {
  public:
    virtual ~GuestObserver() = default;
    /// Octets the guest wrote to its stdout or stderr, as written: not yet lines.
    virtual void on_output(GuestStream stream, BytesView octets) = 0;
    /// The guest trapped; `backtrace` is text for an engineer and may be empty.
    virtual void on_trap(std::string_view message, std::string_view backtrace) = 0;
};

/// One compiled component, linked against what the host offers; immutable and shared by all shards.
class Component {
  public:
    virtual ~Component() = default;

    /// True when it exports `wasi:http/incoming-handler` 0.2.
    virtual bool handles_http() const = 0;

    /// Runs one HTTP request in an instance of its own, on the executor of the task that awaits.
    /// Returns when the guest has given status and headers; the body follows by reading it, with
    /// back-pressure up to the guest. The instance lives until the guest has returned and the body
    /// was read or dropped; dropping the body early, or cancelling this task, ends the guest at
    /// once and frees all that it held.
    ///
    /// `observer` is kept as long as the instance.
    /// Errors: guest_trap (`engine.trap*`), exhausted (`engine.pool_full`, memory, CPU budget),
    /// failed_precondition
    /// (`engine.no_response`: the guest ended without one), unavailable (the guest answered with an
    /// error code), deadline (ctx.deadline passed before the head; a body that is still running
    /// then fails its read with deadline), cancelled, unsupported (not an HTTP component). A
    /// failure after the head is the error of a body read.
    virtual rt::Task<net::HttpResponse> handle_http(
        rt::CallCtx ctx, net::HttpRequest request, CallLimits limits,
        std::shared_ptr<GuestObserver> observer) const = 0;
};

/// Compiles components. Thread-safe.
class Engine {
  public:
    virtual ~Engine() = default;

    /// Validates, compiles and links. Takes CPU time (0.1 s to 25 s): call it on a worker thread.
    /// Errors: corrupt (not WebAssembly), unsupported (a core module; an import that nobody offers,
    /// named), invalid_argument.
    virtual Result<std::shared_ptr<const Component>> compile(BytesView wasm) = 0;

    virtual EngineStats stats() const = 0;
};

}  // namespace weft::engine
