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
#include "base/value/world.h"
#include "io/engine/imports.h"
#include "io/engine/limits.h"
#include "io/engine/values.h"
#include "io/engine/wasi_context.h"
#include "io/net/http_message.h"

/// The port to whatever runs WebAssembly. `wasmtime/` implements it for real, `fake/` with C++
/// lambdas; both pass the suite in port_suite.h. Nothing here knows applications, claims or links.
namespace weft::engine {

enum class GuestStream { out, err };

/// What a guest asks for and does not get.
enum class Refusal : std::uint8_t {
    outgoing_http,  ///< A request to another host; the target is that host and its port, in the
                    ///< characters of a URI.
};

/// What an instance says and does besides its answers. Called on the executor of the instance,
/// inside a poll: the callee copies what it needs and returns.
class GuestObserver {
  public:
    virtual ~GuestObserver() = default;
    /// Bytes the guest wrote to its stdout or stderr, as written: not yet lines.
    virtual void on_output(GuestStream stream, BytesView bytes) = 0;
    /// The guest trapped; `backtrace` is text for an engineer and may be empty.
    virtual void on_trap(std::string_view message, std::string_view backtrace) = 0;
    /// The guest was refused something and told so. `target` is the guest's choice, of at most 256
    /// bytes; as often as the guest tries.
    virtual void on_refused(Refusal what, std::string_view target) = 0;
};

/// How an instance is opened.
struct InstanceOptions {
    /// Of one instance, however many calls it serves. It ends by itself after `reuse` calls and has
    /// `concurrent` of them at the same time where the component can; 0 is what `for_kind` says.
    Limits limits = {};
    std::shared_ptr<ImportHandler> imports =
        nullptr;  ///< Null: a call of an import ends the guest.
    /// How long a guest may go on after a response was read, if its deadline is not earlier.
    Duration after_response_max = std::chrono::seconds(10);
};

class Instance;

/// Who keeps an instance for further calls. Told on the instance's executor, outside of the engine.
class InstanceOwner {
  public:
    /// A call is over or the instance has ended; it may be closed or let go here.
    virtual void instance_changed(Instance& instance) = 0;

  protected:
    ~InstanceOwner() = default;
};

/// One running instance of a component. Shard-local: it belongs to the executor that opened it.
///
/// An instance that nobody holds any more ends at once, unless a guest has returned its response
/// and goes on: then it lives until the guest is done, at most until the call's deadline or
/// `InstanceOptions::after_response_max`. Calls beside it are served to their end all the same.
class Instance {
  public:
    virtual ~Instance() = default;

    /// Runs one HTTP request. Returns when the guest has given status and headers; the body follows
    /// by reading it, with back-pressure up to the guest. Dropping the body early, cancelling this
    /// task or its deadline ends the call: at once if it is the only one, else the instance takes
    /// no further calls and ends after the others.
    ///
    /// `observer`, which may be null, hears what the instance says from now on, until a later call
    /// brings its own.
    /// Errors: guest_trap (`engine.trap*`), exhausted (`engine.pool_full`, memory, CPU time),
    /// failed_precondition (`engine.no_response`: the guest ended without one;
    /// `engine.instance_busy`: closed, ended, or it has as many calls as it may), unavailable (the
    /// guest answered with an error code; it ended because of another call,
    /// `engine.instance_lost`), deadline (ctx.deadline passed before the head; a body that is still
    /// running then fails its read with deadline; each KiB that a body moves, either way, puts the
    /// deadline off by a second, and so does a reader that does not read), cancelled, unsupported
    /// (not an HTTP component). A failure after the head is the error of a body read.
    virtual rt::Task<net::HttpResponse> handle_http(rt::CallCtx ctx, net::HttpRequest request,
                                                    std::shared_ptr<GuestObserver> observer) = 0;

    /// Calls export `function` (its place in `Component::describe`). Returns its encoded result.
    /// Cancelling this task or its deadline ends the call as above. Errors: invalid_argument
    /// (`engine.arguments_invalid`: the guest is as it was), exhausted (`engine.handle_limit`, also
    /// for more handles among the arguments than the guest may have: then it is as it was, too;
    /// `engine.streams_full`: more than 128 streams among them), and those of `handle_http`.
    ///
    /// Streams and futures are sources as of ImportReply, with two differences. Those of the result
    /// keep the call going as the body of a response does: until each was destroyed the instance
    /// counts it, and once its deadline is over, reads fail with deadline. Those of the arguments
    /// are destroyed also when the guest does not get them.
    virtual rt::Task<Values> call(rt::CallCtx ctx, std::uint32_t function, Values arguments,
                                  std::shared_ptr<GuestObserver> observer) = 0;

    /// Makes it ready ahead of its first call.
    virtual void warm_up() = 0;
    /// True when a further call would begin at once: alive, open, with fewer calls than it may have
    /// and none that uses up its time slices.
    virtual bool is_free() const = 0;
    /// Calls whose response is not complete or that the guest has not returned from.
    virtual std::uint32_t calls() const = 0;
    /// No call may follow; ends when the guest has returned from all of them.
    virtual void close() = 0;
    /// Ends it at once; calls under way fail with cancelled.
    virtual void end() = 0;
    virtual bool has_ended() const = 0;
    /// Tells `owner` of changes from now on; null: nobody. The owner outlives the instance or
    /// leaves.
    virtual void set_owner(InstanceOwner* owner) = 0;
};

/// How a component takes HTTP requests, if at all.
enum class HttpKind : std::uint8_t {
    none,
    sequential,  ///< `wasi:http/incoming-handler` 0.2: an instance serves one after the other.
    concurrent,  ///< `wasi:http/handler` 0.3: an instance may serve many at the same time.
};

/// The limits with what `reuse` and `concurrent` come to for a component of this kind.
Limits for_kind(Limits limits, HttpKind kind);

/// What a program is started through.
enum class CommandKind : std::uint8_t {
    none,       ///< It is not a program.
    wasi_0_2,   ///< `wasi:cli/run` 0.2 of a component.
    wasi_0_3,   ///< `wasi:cli/run` 0.3 of a component.
    preview_1,  ///< `_start` of a core module.
};

/// One compiled component, or core module of WASI preview 1, linked against what the host offers;
/// immutable and shared by all shards.
class Component {
  public:
    virtual ~Component() = default;

    virtual HttpKind http_kind() const = 0;

    /// What it imports beyond WASI and what it exports, functions numbered over the interfaces in
    /// this order. Errors: unsupported (types too large to write out, or that cannot be carried).
    virtual Result<value::World> describe() const = 0;

    /// Makes an instance on `executor`, the current one. Nothing runs before its first call or
    /// `warm_up`. Errors: invalid_argument (a limit of zero).
    virtual Result<std::shared_ptr<Instance>> open(rt::Executor* executor,
                                                   InstanceOptions options) const = 0;

    /// The same code in a WASI context of its own; as compiled, it sees nothing of the machine.
    /// Errors: failed_precondition (`engine.wasi_context_refused`: a directory that cannot be
    /// opened), invalid_argument (`engine.wasi_context_invalid`: text that WASI cannot carry).
    virtual Result<std::shared_ptr<const Component>> with_context(
        const WasiContext& context) const = 0;

    virtual CommandKind command_kind() const = 0;

    /// Runs a program from start to end in an instance of its own, on the executor of the task that
    /// awaits, and gives its exit code; cancelling this task ends it at once. `observer`, which may
    /// be null, hears what it says. Errors: guest_trap, exhausted, deadline and cancelled as of
    /// `Instance::handle_http`; invalid_argument (a limit of zero), unsupported
    /// (`engine.no_command`).
    virtual rt::Task<int> run_command(rt::CallCtx ctx, Limits limits,
                                      std::shared_ptr<GuestObserver> observer) const = 0;
};

/// Compiles components. Thread-safe.
class Engine {
  public:
    virtual ~Engine() = default;

    /// Who answers imports that the engine does not offer itself.
    enum class Imports : std::uint8_t { nobody, handler };

    /// Validates, compiles and links a component or a core module of WASI preview 1. Takes CPU time
    /// (0.1 s to 25 s): call it on a worker thread. Errors: corrupt (not WebAssembly), unsupported
    /// (an import that nobody offers, named, unless a handler answers it), invalid_argument.
    Result<std::shared_ptr<const Component>> compile(BytesView wasm) {
        return compile(wasm, Imports::nobody);
    }
    virtual Result<std::shared_ptr<const Component>> compile(BytesView wasm, Imports imports) = 0;

    /// Compiling under way ends and none begins any more: each fails with cancelled
    /// (`engine.compile_stopped`). Code that is there already is loaded all the same. Any thread.
    virtual void stop_compiling() = 0;

    virtual EngineStats stats() const = 0;
};

}  // namespace weft::engine
