/// The C boundary of the engine: Wasmtime behind opaque handles, driven by foreign threads.
///
/// Rules that hold for every function here:
/// - `we_abi_version` is asked first; a caller built against another version must not go on.
/// - Option structs begin with their own size in bytes; a wrong size is refused (WE_INVALID).
/// - A fallible call returns a `we_status` and, when it is not WE_OK, stores an owned `we_error` in
///   `*error` (if `error` is not null). Out parameters are written only on WE_OK.
/// - `_new` and `_start` give ownership to the caller, `_free` and `_drop` take it back; null is
///   accepted by both. Pointers in structs are borrowed for the duration of the call.
/// - Callbacks run on the thread that polls or drops a task, some of them on the guest's small
///   stack: they copy, enqueue and return. They must not throw and must not call back into the
///   engine, but for `we_reply_*`, `we_import_*`, `we_stream_poll`, `we_body_feed`,
///   `we_body_finish` and `we_body_fail`.
/// - A panic inside the engine prints its place and ends the process: it never crosses.
#ifndef WEFT_ENGINE_H
#define WEFT_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Changes whenever a layout or a meaning below changes.
#define WE_ABI_VERSION 3u
uint32_t we_abi_version(void);

// ---------------------------------------------------------------------------------------- values

/// Borrowed octets; `data` may be null when `size` is 0.
typedef struct we_str {
    const uint8_t* data;
    size_t size;
} we_str;

/// Owned octets that move: the receiver calls `free(owner)` once, from any thread.
typedef struct we_buf {
    const uint8_t* data;
    size_t size;
    void (*free)(void* owner);
    void* owner;
} we_buf;

typedef struct we_header {
    we_str name;
    we_str value;
} we_header;

typedef int32_t we_status;
enum {
    WE_OK = 0,
    WE_INVALID = 1,       ///< The caller broke the contract: struct size, null, range, arguments.
    WE_STATE = 2,         ///< Right call at the wrong time: no runtime, second initialisation.
    WE_ENGINE = 3,        ///< The machine refused what the engine needs.
    WE_NOT_WASM = 4,      ///< The octets are not WebAssembly at all.
    WE_CORE_MODULE = 5,   ///< A core module where a component is needed.
    WE_COMPILE = 6,       ///< A component, but truncated, corrupt or using what this build lacks.
    WE_LINK = 7,          ///< An import that nobody offers, or of another type; named.
    WE_NO_HANDLER = 8,    ///< The component exports no handler of HTTP requests.
    WE_BAD_REQUEST = 9,   ///< Method, target or a header cannot be expressed in wasi:http.
    WE_POOL_FULL = 10,    ///< As many instances as configured are alive.
    WE_TRAP = 11,         ///< The guest trapped; `we_error_trap` says how.
    WE_CPU = 12,          ///< The guest used up its running time.
    WE_MEMORY = 13,       ///< The guest died after a memory or table growth was refused.
    WE_NO_RESPONSE = 14,  ///< The guest ended without a response.
    WE_GUEST_ERROR = 15,  ///< The guest answered with a wasi:http error code.
    WE_BODY_INCOMPLETE = 16,  ///< The guest gave up its response body.
    WE_INTERNAL = 17,         ///< Something else failed in the engine.
    WE_INSTANCE_LOST = 18,    ///< The instance ended badly while it served several calls.
    WE_HANDLES = 19,          ///< The guest opened more host resources than it may.
    WE_FIELDS = 20,           ///< The guest filled a set of header fields beyond its limit.
    WE_HOST_DATA = 21,        ///< The guest handed more to the host in one call than it may.
    WE_RANDOM = 22,           ///< The guest asked for more random octets at once than it may.
    WE_PARTS = 23,  ///< More core instances, tables or memories than an instance may have.
    WE_TOO_MANY_FUNCTIONS = 30,  ///< More than are compiled; the message has both figures.
    WE_ARTIFACT = 31             ///< Not an artefact that this engine can load.
};

/// How a guest trapped.
typedef int32_t we_trap;
enum {
    WE_TRAP_NONE = 0,
    WE_TRAP_UNREACHABLE = 1,
    WE_TRAP_OUT_OF_BOUNDS = 2,
    WE_TRAP_STACK_OVERFLOW = 3,
    WE_TRAP_INTERRUPT = 4,
    WE_TRAP_ARITHMETIC = 5,
    WE_TRAP_INDIRECT_CALL = 6,
    WE_TRAP_EXIT = 7,  ///< The guest called exit.
    WE_TRAP_HOST = 8,  ///< A host function refused in a way that ends the guest.
    WE_TRAP_OTHER = 9
};

typedef struct we_error we_error;
we_status we_error_code(const we_error*);
we_trap we_error_trap(const we_error*);
/// One sentence without a full stop; UTF-8, valid as long as the error.
we_str we_error_message(const we_error*);
/// The guest's stack as text of at most 8 KiB, or empty; valid as long as the error.
we_str we_error_backtrace(const we_error*);
void we_error_free(we_error*);

// --------------------------------------------------------------------------------------- runtime

/// How the engine wakes whoever polls: `data` is what was given to `we_task_poll`. All three may be
/// called from any thread, `wake` also during the poll itself. `clone` adds a reference, `drop`
/// gives one back, `wake` keeps it. References may outlive their task by a moment: a thread of the
/// engine that was about to wake it gives its own back when it is done.
typedef struct we_waker_vtable {
    size_t size;
    void (*clone)(void* data);
    void (*wake)(void* data);
    void (*drop)(void* data);
} we_waker_vtable;

/// Starts the reactor thread for guests' timers; once per process. A second call is WE_STATE.
we_status we_runtime_init(const we_waker_vtable*, we_error** error);
/// Prepares the calling thread for running guests (signal stack); optional, saves it the first
/// call.
void we_thread_attach(void);

// ---------------------------------------------------------------------------------------- engine

enum { WE_ALLOC_ON_DEMAND = 0, WE_ALLOC_POOL_IF_POSSIBLE = 1 };

typedef struct we_engine_config {
    size_t size;
    uint32_t instances_max;        ///< Alive at one time; 1 to 100,000.
    uint32_t epoch_tick_ms;        ///< A guest's time slice; 1 to 10,000.
    uint64_t memory_bytes_max;     ///< Of one linear memory; 64 KiB to 4 GiB, whole pages.
    uint64_t keep_resident_bytes;  ///< Memory kept warm per free slot.
    int32_t allocation;  ///< WE_ALLOC_*; a pool that does not fit falls back to on demand.
    int32_t reserved;    ///< 0.
} we_engine_config;

typedef struct we_metrics {
    size_t size;
    uint64_t pooling;        ///< 1 when the pool is in use.
    uint64_t instances;      ///< Stores alive.
    uint64_t tasks;          ///< Tasks alive.
    uint64_t epoch_yields;   ///< Slices used up, since start.
    uint64_t pool_memories;  ///< Linear memories in use; 0 without a pool.
    uint64_t pool_stacks;    ///< Guest stacks in use; 0 without a pool.
    uint64_t warm_bytes;     ///< Resident in free slots; 0 without a pool.
} we_metrics;

/// Runs components that use nothing of WASI 0.3 without Wasmtime's event loop, which makes their
/// calls cheaper; the first component that does use it gets a second machine with an event loop and
/// a pool of its own. Figures and limits count both together.
typedef struct we_engine we_engine;
we_status we_engine_new(const we_engine_config*, we_engine** out, we_error** error);
/// Components and tasks made from it stay valid: they share it.
void we_engine_free(we_engine*);
/// Fills `out`, whose `size` is set by the caller. Any thread.
we_status we_engine_metrics(const we_engine*, we_metrics* out);

// ------------------------------------------------------------------------------------- component

typedef struct we_component we_component;
/// Validates, compiles and type-checks against what the host offers. Takes CPU time on all cores:
/// call it on a worker thread. Errors: WE_NOT_WASM, WE_CORE_MODULE, WE_TOO_MANY_FUNCTIONS,
/// WE_COMPILE, WE_LINK.
we_status we_component_new(const we_engine*, we_str wasm, we_component** out, we_error** error);
/// The same, but imports that the engine does not offer are no error: `we_imports` answers them.
/// What cannot be carried to it (an error context, for example) is WE_LINK, by name.
we_status we_component_new_open(const we_engine*, we_str wasm, we_component** out,
                                we_error** error);
/// Tasks made from it stay valid.
void we_component_free(we_component*);
/// 2 when it exports wasi:http/incoming-handler 0.2, 3 when it exports wasi:http/handler 0.3, else
/// 0.
int32_t we_component_http(const we_component*);

// -------------------------------------------------------------------------------------- artefacts

/// Validates and compiles as `we_component_new` does, without linking and without an engine that
/// runs anything: for a process that only compiles. Needs no `we_runtime_init`. `out` is native
/// code for engines with the same fingerprint. Takes CPU time on all cores. Errors: those of
/// `we_component_new` but WE_LINK.
we_status we_artifact_new(const we_engine_config*, we_str wasm, we_buf* out, we_error** error);
enum { WE_IMPORTS_NOBODY = 0, WE_IMPORTS_CALLER = 1 };
/// Maps and links the artefact that is the first `size` octets of the regular file `fd`, which
/// needs a mounted /proc. The octets are trusted: whoever can choose them runs code in this
/// process. The file must not change while the component or a task made from it lives; `fd` itself
/// may be closed, another descriptor stays open instead. `imports`: WE_IMPORTS_*. Errors:
/// WE_ARTIFACT (another build, other settings, another CPU, an octet count that is wrong), WE_LINK.
we_status we_component_load(const we_engine*, int32_t fd, uint64_t size, int32_t imports,
                            we_component** out, we_error** error);
/// Octets that are the same for two engines exactly if each loads the other's artefacts: build,
/// settings and features of the CPU. Their meaning is private.
we_status we_engine_fingerprint(const we_engine*, we_buf* out, we_error** error);
/// From now on the process ends with this exit code (not 0) when the engine gets no memory; without
/// it, it aborts. For processes that only compile.
void we_exit_when_out_of_memory(int32_t code);
// ------------------------------------------------------------------- imports and exports, values
/// What a component asks for and offers, as JSON:
///
///     {"imports": [I...], "exports": [I...]}
///     I = {"name": "ns:pkg/iface@1.0.0", "functions": [F...], "resources": ["bucket"...]}
///     F = {"name": "add", "async": false, "params": [["a", T]...], "result": T or null}
///     T = "bool" "s8" "u8" "s16" "u16" "s32" "u32" "s64" "u64" "f32" "f64" "char" "string"
///         "error-context", or one of {"list": T} {"option": T} {"result": [T or null, T or null]}
///         {"tuple": [T...]} {"record": [["f", T]...]} {"variant": [["c", T or null]...]}
///         {"enum": ["a"...]} {"flags": ["a"...]} {"own": "bucket"} {"borrow": "bucket"}
///         {"stream": T or null} {"future": T or null} {"map": [K, V]} {"fixed_list": [T, n]}
///
/// Imports are those that the engine does not offer itself. The root, if it has functions, is the
/// last interface, with an empty name. Functions are numbered in this order, through all interfaces
/// of a side; so are the resources that interfaces define. Errors: WE_LINK when the types written
/// out are more than 20,000 parts.
///
/// Values are encoded as in wRPC, one after the other: bool, u8 and s8 are an octet, other integers
/// LEB128, floats little endian, a char UTF-8, a string or list its count and its elements, records
/// and tuples their fields, a variant or enum its case as LEB128 and its payload, an option or
/// result an octet 0 or 1 and its payload, flags one bit each from the lowest on in whole octets, a
/// map the list of its entries, a fixed list its elements, a resource its handle as a list of
/// octets, a stream of u8 or a future the place (LEB128) of its end among those that come beside
/// the octets.
///
/// The handle of a resource that the C side defines is up to 256 octets of its choice. The handle
/// of one that a guest defines is 16 octets that only the same instance understands; whoever got
/// one as own gives it back in a call or drops it.
we_status we_component_describe(const we_component*, we_buf* out, we_error** error);
/// Where the answer of one call goes, valid during the callback, which answers, refuses or defers
/// once; if it does nothing the guest ends.
typedef struct we_reply we_reply;
/// A token for an answer that comes later.
typedef struct we_import we_import;
/// The reading end of a stream of u8 or of a future that a guest handed over. A future is a stream
/// of one chunk, its encoded value. Guests wait while a chunk lies unread. Any thread, one at a
/// time.
typedef struct we_stream we_stream;
/// The feeding end of a body, see below. A future is fed one chunk, its encoded value.
typedef struct we_body we_body;
/// Who answers the imports of one instance. Callbacks run inside of polls, `drop_resource` also
/// when the task is dropped.
typedef struct we_imports {
    /// A guest calls import `function`; `arguments` is owned. Null: every call ends the guest.
    void (*call)(void* context, uint32_t function, we_buf arguments, we_reply* reply);
    /// The guest dropped a handle that it owned, or ended with it. May be null.
    void (*drop_resource)(void* context, uint32_t resource, we_str handle);
    void* context;
} we_imports;
enum { WE_REFUSE_TRAP = 0, WE_REFUSE_INTERNAL = 1 };
/// Takes the stream or future at this place among the arguments; null if there is none, or it was
/// taken. Those that are not taken are closed.
we_stream* we_reply_take_stream(we_reply*, uint32_t place);
/// Gives the guest the reading end of a body, before the answer that names it by the place
/// returned; UINT32_MAX if the body was given to another before, or 128 were attached. The body
/// stays the caller's, as with a request.
uint32_t we_reply_attach(we_reply*, const we_body*);
/// Answers at once; `value` moves. A value of another type than the function's ends the guest.
void we_reply_answer(we_reply*, we_buf value);
/// Ends the guest with WE_TRAP and WE_TRAP_HOST, or with WE_INTERNAL, and this message.
void we_reply_refuse(we_reply*, int32_t kind, we_str message);
/// The answer comes later; the token is consumed by one of the two calls below.
we_import* we_reply_defer(we_reply*);
enum { WE_ANSWER_TAKEN = 0, WE_ANSWER_GUEST_GONE = 1 };
/// The same as `we_reply_attach` before a deferred answer.
uint32_t we_import_attach(we_import*, const we_body*);
/// Answers; `value` moves. Any thread, also inside of the callback.
int32_t we_import_complete(we_import*, we_buf value);
/// Refuses as `we_reply_refuse` does. Any thread.
int32_t we_import_fail(we_import*, int32_t kind, we_str message);
enum { WE_STREAM_PENDING = 0, WE_STREAM_CHUNK = 1, WE_STREAM_END = 2 };
/// WE_STREAM_CHUNK: the next at most 64 KiB are moved to `chunk`. WE_STREAM_PENDING: `waker` is
/// woken when it is worth another try. WE_STREAM_END: the guest closed it or is gone; the outcome
/// of its task says which.
int32_t we_stream_poll(we_stream*, void* waker, we_buf* chunk);
/// The guest hears that nobody reads any more.
void we_stream_free(we_stream*);

// ---------------------------------------------------------------------------------- request body

enum { WE_FED = 0, WE_FEED_GONE = 1, WE_FEED_FULL = 2 };
enum { WE_BODY_TERMINATED = 0, WE_BODY_TOO_LARGE = 1, WE_BODY_TIMEOUT = 2, WE_BODY_INTERNAL = 3 };

typedef struct we_body_vtable {
    size_t size;
    /// The guest waits for octets and there are none: feed one chunk, now or later. Not repeated
    /// before that chunk (or the end) was fed.
    void (*want)(void* context);
    /// Nobody will read any more; called exactly once, the last use of `context`.
    void (*closed)(void* context);
} we_body_vtable;

/// The feeding end of a request body. Any thread, one at a time.
we_status we_body_new(const we_body_vtable*, void* context, we_body** out, we_error** error);
/// Gives one chunk; always consumes `chunk`. WE_FEED_FULL: the chunk before was not taken yet.
int32_t we_body_feed(we_body*, we_buf chunk);
/// Nothing follows. What was fed before is still delivered.
void we_body_finish(we_body*);
/// The body cannot be completed: WE_BODY_* tells the guest why.
void we_body_fail(we_body*, int32_t reason);
/// Without finish or fail before it, the guest sees a terminated connection. A body that was never
/// given to a started task calls `closed` here.
void we_body_free(we_body*);

// ------------------------------------------------------------------------------- tasks, instances

typedef struct we_task we_task;

enum { WE_PENDING = 0, WE_DONE = 1 };
typedef struct we_poll {
    int32_t state;  ///< WE_PENDING or WE_DONE; after WE_DONE only `we_task_drop` may follow.
    int32_t
        yielded;     ///< 1: pending because its time slice is over; poll it when others had a turn.
    uint32_t calls;  ///< Of an instance: calls that its guest has not returned from, waiting ones
                     ///< included.
    uint32_t reserved;
} we_poll;

/// Runs the guest until it waits, its slice is over, or it is done. One thread at a time, never
/// from a callback; later polls may come from other threads. `waker` is borrowed; the engine clones
/// it.
we_poll we_task_poll(we_task*, void* waker);
/// Ends the guest at once if it still runs, and frees all it held. Never from a callback.
void we_task_drop(we_task*);

enum { WE_STDOUT = 1, WE_STDERR = 2 };

/// What one instance may use, and whom it tells. "0" stands for the default where one is named.
typedef struct we_instance_options {
    size_t size;
    uint64_t memory_bytes_max;    ///< All linear memories together; 0: the engine's largest memory.
    uint64_t hostcall_bytes_max;  ///< Handed to the host in one call; 0: 16 MiB.
    uint64_t cpu_ns_max;  ///< Running time since its newest call began; 0: no limit. Looked at
                          ///< after each poll and at each epoch tick.
    uint32_t table_elements_max;  ///< Of each table; 0: 20,000.
    uint32_t handles_max;         ///< Host resources open at one time; 0: 1,000.
    uint32_t header_bytes_max;    ///< Of one set of fields that a guest builds, about 70 octets for
                                  ///< each field included; 0: 64 KiB.
    uint32_t random_bytes_max;    ///< Asked for in one call; 0: 64 KiB.
    uint32_t parts_max;           ///< Core instances, tables and memories, of each; 0: 100.
    uint32_t concurrent_max;      ///< Calls inside the guest at one time; 0: 1. A guest of WASI 0.2
                                  ///< takes one after the other whatever this says.
    /// What the guest writes to WE_STDOUT or WE_STDERR, at most 64 KiB at once; may be null.
    void (*output)(void* context, int32_t stream, we_str octets);
    /// The guest ended badly; at most once, inside a poll, before its calls hear of it. May be
    /// null.
    void (*fault)(void* context, const we_error* error);
    void* context;       ///< Used until the task is done or dropped.
    we_imports imports;  ///< Of a component made by `we_component_new_open`.
} we_instance_options;

/// Prepares an instance; its task, once polled, instantiates and then serves the calls it is given,
/// in their order. The struct is copied.
we_status we_instance_new(const we_component*, const we_instance_options*, we_task** out,
                          we_error** error);
/// No call may follow. The task is done once the guest has returned from the last one and all
/// responses ended. Poll it afterwards. Not during a poll.
void we_instance_close(we_task*);
/// Ends the pause that a `chunk` callback asked for; poll the task afterwards. Not during a poll.
void we_call_resume(we_task*, uint64_t call);
/// Nothing of the call is told any more. A call that waits does not begin; a guest that has begun
/// it goes on: drop the task to end it. Not during a poll.
void we_call_drop(we_task*, uint64_t call);

// --------------------------------------------------------------------------------------- functions

/// Where the result of a call goes.
typedef struct we_call_sink {
    size_t size;
    /// Exactly once, inside a poll of the task, unless the call or its task is dropped: the encoded
    /// result, owned, or the failure. After WE_INVALID the guest is as it was.
    void (*done)(void* context, we_buf result, const we_error* error);
    void* context;
} we_call_sink;

/// Gives an instance a call of export `function` (as `we_component_describe` numbers them); poll
/// its task afterwards. `arguments` moves. Streams in the result are closed unread. Not during a
/// poll. Errors: WE_INVALID, WE_STATE (the instance was closed or has ended).
we_status we_call_start(we_task*, uint32_t function, we_buf arguments, const we_call_sink*,
                        uint64_t* call, we_error** error);

// ------------------------------------------------------------------------------------------- HTTP

typedef struct we_http_request {
    size_t size;
    we_str method;
    we_str scheme;
    we_str authority;
    we_str path_with_query;
    const we_header* headers;
    size_t header_count;
    we_body* body;  ///< Null: empty. Stays the caller's; may be freed once it was fed to the end.
} we_http_request;

/// Where a response goes. All callbacks run inside polls of the instance's task, none after `end`.
typedef struct we_http_sink {
    size_t size;
    void (*head)(void* context, uint16_t status, const we_header* headers, size_t count);
    /// Returns 0 to go on, else no further chunk comes until `we_call_resume`.
    int32_t (*chunk)(void* context, we_str octets);
    /// At most once, after the last chunk.
    void (*trailers)(void* context, const we_header* headers, size_t count);
    /// Exactly once unless the call or its task is dropped: the response is complete (`error` null)
    /// or failed. Of a guest that ended badly while it served several calls, each is told
    /// WE_INSTANCE_LOST.
    void (*end)(void* context, const we_error* error);
    void* context;
} we_http_sink;

/// Gives an instance one request; poll its task afterwards. The structs are copied. `*call` names
/// the call towards its task. Not during a poll. Errors: WE_INVALID, WE_NO_HANDLER, WE_BAD_REQUEST,
/// WE_STATE (the instance was closed or has ended).
we_status we_http_start(we_task*, const we_http_request*, const we_http_sink*, uint64_t* call,
                        we_error** error);

#ifdef __cplusplus
}
#endif
#endif
