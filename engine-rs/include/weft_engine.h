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
///   engine, except for `we_reply_*`, `we_import_*`, `we_stream_*` and `we_body_*`.
/// - A panic inside the engine prints its place and ends the process: it never crosses.
#ifndef WEFT_ENGINE_H
#define WEFT_ENGINE_H

#include "weft_engine_types.h"
#include "weft_engine_values.h"
#include "weft_engine_wasi_context.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Changes whenever a layout or a meaning below changes.
#define WE_ABI_VERSION 12u
uint32_t we_abi_version(void);

// --------------------------------------------------------------------------------------- runtime

/// How the engine wakes the caller that polls: `data` is what was given to `we_task_poll`. All
/// three may be called from any thread, `wake` also during the poll itself. `clone` adds a
/// reference, `drop` gives one back, `wake` keeps it. References may outlive their task by a
/// moment: a thread of the engine that was about to wake it gives its own back when it is done.
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
/// How a slot of the pool is made new for its next instance.
enum {
    WE_RESET_DISCARD =
        0,                ///< What is kept resident is overwritten; the kernel takes back the rest.
    WE_RESET_WRITTEN = 1  ///< The kernel says what was written (PAGEMAP_SCAN, Linux 6.7), and only
                          ///< that is overwritten. An engine where it does not is WE_ENGINE.
};

typedef struct we_engine_config {
    size_t size;
    uint32_t instances_max;        ///< Alive at the same time; 1 to 100,000.
    uint32_t epoch_tick_ms;        ///< A guest's time slice; 1 to 10,000.
    uint64_t memory_bytes_max;     ///< Of one linear memory; 64 KiB to 4 GiB, whole pages.
    uint64_t keep_resident_bytes;  ///< Memory kept warm per free slot.
    int32_t allocation;           ///< WE_ALLOC_*; a pool that does not fit falls back to on demand.
    int32_t reset;                ///< WE_RESET_*
    uint32_t table_elements_max;  ///< Of one table in the pool; up to 10,000,000; 0: 20,000.
    uint32_t reserved;
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
    we_str pool_refusal;  ///< Why there is no pool, as text that lives as long as the engine; else
                          ///< empty.
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
/// Compiled and linked code, see `we_component_load`. Tasks made from it stay valid.
void we_component_free(we_component*);
/// 2 when it exports wasi:http/incoming-handler 0.2, 3 when it exports wasi:http/handler 0.3, else
/// 0. Versions are compatible as semantic versions are: any 0.2.x is 0.2.
int32_t we_component_http(const we_component*);
/// The same for wasi:cli/run. A component with neither is for other components.
int32_t we_component_command(const we_component*);

// ------------------------------------------------------------------------------------ core module

/// A core module of WASI preview 1.
typedef struct we_module we_module;
/// Tasks made from it stay valid.
void we_module_free(we_module*);
/// 1 when it exports `_start`, without parameters or results.
int32_t we_module_is_command(const we_module*);

// -------------------------------------------------------------------------------------- artefacts

/// Validates and compiles a component or a core module, without an engine that runs anything: for a
/// process that only compiles. Needs no `we_runtime_init`. `out` is native code for engines with
/// the same fingerprint. Takes CPU time on all cores: call it on a worker thread. Errors:
/// WE_INVALID, WE_NOT_WASM, WE_TOO_MANY_FUNCTIONS, WE_COMPILE.
we_status we_artifact_new(const we_engine_config*, we_str wasm, we_buf* out, we_error** error);
/// Who answers imports that the engine does not offer. Nobody: each is WE_LINK, by name. The
/// caller: by `we_imports`; WE_LINK is what cannot be carried to it (an error context, for
/// example).
enum { WE_IMPORTS_NOBODY = 0, WE_IMPORTS_CALLER = 1 };
/// Maps the artefact that is the first `size` bytes of the regular file `fd`, which needs a mounted
/// /proc, and links it against what the host offers. The bytes are trusted: who can choose them
/// runs code in this process. The file must not change while the component or a task made from it
/// lives; `fd` itself may be closed, another descriptor stays open instead. `imports`:
/// WE_IMPORTS_*. Errors: WE_INVALID (`fd` is not open for reading), WE_ARTIFACT (another build,
/// other settings, another CPU, a wrong byte count, a core module), WE_LINK.
we_status we_component_load(const we_engine*, int32_t fd, uint64_t size, int32_t imports,
                            we_component** out, we_error** error);
/// The same for a core module.
we_status we_module_load(const we_engine*, int32_t fd, uint64_t size, we_module** out,
                         we_error** error);
/// Bytes that are the same for two engines exactly if each loads the other's artefacts: build,
/// settings and features of the CPU. Their meaning is private.
we_status we_engine_fingerprint(const we_engine*, we_buf* out, we_error** error);
/// From now on the process ends with this exit code (not 0) when the engine gets no memory; without
/// it, it aborts. For processes that only compile.
void we_exit_when_out_of_memory(int32_t code);

// ---------------------------------------------------------------------------------- request body

enum { WE_FED = 0, WE_FEED_GONE = 1, WE_FEED_FULL = 2 };
enum { WE_BODY_TERMINATED = 0, WE_BODY_TOO_LARGE = 1, WE_BODY_TIMEOUT = 2, WE_BODY_INTERNAL = 3 };

typedef struct we_body_vtable {
    size_t size;
    /// The guest waits for bytes and there are none: feed one chunk, now or later. Not repeated
    /// before that chunk (or the end) was fed.
    void (*want)(void* context);
    /// Nobody will read any more; called exactly once, the last use of `context`.
    void (*closed)(void* context);
} we_body_vtable;

/// The feeding end of a request body. Any thread, one at a time.
we_status we_body_new(const we_body_vtable*, void* context, we_body** out, we_error** error);
/// Gives one chunk; always consumes `chunk`. WE_FEED_FULL: the chunk before was not taken yet.
int32_t we_body_feed(we_body*, we_buf chunk);
/// Nothing but these fields follows (`trailers` may be null). What was fed before is still
/// delivered. Errors: WE_BAD_REQUEST (a field that HTTP does not allow; the body has not ended).
we_status we_body_finish(we_body*, const we_header* trailers, size_t trailer_count);
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
                     ///< included; one more when it works on after all of them.
    uint32_t reserved;
} we_poll;

/// Runs the guest until it waits, its slice is over, or it is done. Never from a callback. `waker`
/// is borrowed; the engine clones it. The thread of the first poll is the task's from then on: all
/// other calls for it are made there too.
we_poll we_task_poll(we_task*, void* waker);
/// Ends the guest at once if it still runs, and frees all it held. Never from a callback.
void we_task_drop(we_task*);

enum { WE_STDOUT = 1, WE_STDERR = 2 };
/// What a guest asks for and does not get.
enum {
    WE_REFUSED_HTTP = 1  ///< A request to another host; the target is that host and its port,
                         ///< in the characters of a URI.
};

/// What one instance may use, and whom it tells. "0" stands for the default where one is named.
typedef struct we_instance_options {
    size_t size;
    uint64_t memory_bytes_max;  ///< All linear memories together; 0: the engine's largest memory.
    uint64_t host_data_bytes_max;  ///< Handed to the host in one call, and allocated in the guest
                                   ///< for values; 0: 16 MiB. Four times that in the arguments of
                                   ///< calls of imports that were not answered.
    uint64_t cpu_time_ns_max;  ///< Running time since its newest call began; 0: no limit. Looked at
                               ///< after each poll and at each epoch tick.
    uint32_t table_elements_max;  ///< Of each table; 0: 20,000.
    uint32_t handles_max;  ///< Host resources open at the same time, of WASI, and given by the C
                           ///< side, of each; 0: 1,000.
    uint32_t fields_bytes_max;  ///< Of one set of fields that a guest builds, about 70 bytes for
                                ///< each field included; 0: 64 KiB.
    uint32_t random_bytes_max;  ///< Asked for in one call; 0: 64 KiB.
    uint32_t parts_max;         ///< Core instances, tables and memories, of each; 0: 100.
    uint32_t concurrent_max;    ///< Calls inside the guest at the same time; 0: 1. A guest of WASI
                                ///< 0.2 takes one after the other whatever this says.
    /// What the guest writes to WE_STDOUT or WE_STDERR, at most 64 KiB at once; may be null.
    void (*output)(void* context, int32_t stream, we_str bytes);
    /// The guest ended badly; at most once, inside a poll, before its calls hear of it. May be
    /// null.
    void (*fault)(void* context, const we_error* error);
    /// The guest was refused something, which it was told: `kind` is a WE_REFUSED_*, `target` at
    /// most 256 bytes. Inside a poll; as often as the guest tries. May be null.
    void (*refused)(void* context, int32_t kind, we_str target);
    void* context;                        ///< Used until the task is done or dropped.
    we_imports imports;                   ///< Of a component loaded with WE_IMPORTS_CALLER.
    const we_wasi_context* wasi_context;  ///< Shared by the task; null: the empty one.
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
    /// result, owned, or the failure. WE_INVALID, and WE_HANDLES unless `fault` of the instance is
    /// told it too, are about the arguments: the guest was not entered and is as it was, and the
    /// handles among them are still the caller's. `streams` are those that the places in the result
    /// mean: the array is the library's, each handle is the callee's, to read whenever it wants.
    void (*done)(void* context, we_buf result, we_stream* const* streams, size_t stream_count,
                 const we_error* error);
    void* context;
} we_call_sink;

/// Gives an instance a call of export `function` (as `we_component_describe` numbers them); poll
/// its task afterwards. `arguments` moves. All of it is checked when the call's turn comes, before
/// the guest is entered: values, `handles_max` and what it takes of the guest's memory.
///
/// `ends` are the streams and futures that places in the arguments mean, as of `we_reply_attach`:
/// at most 128 bodies, which stay the caller's and are closed when the guest, the call or this
/// function does not want them. Not during a poll. Errors: WE_INVALID, WE_STATE (the instance was
/// closed or has ended).
we_status we_call_start(we_task*, uint32_t function, we_buf arguments, const we_body* const* ends,
                        size_t end_count, const we_call_sink*, uint64_t* call, we_error** error);

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
    int32_t (*chunk)(void* context, we_str bytes);
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

// -------------------------------------------------------------------------------------- programs

/// Where a program's end goes; called inside a poll of its task.
typedef struct we_command_sink {
    size_t size;
    /// Exactly once unless the task is dropped: it ended with this exit code (`error` null), or it
    /// died. A `run` that returns an error is exit code 1.
    void (*end)(void* context, int32_t exit_code, const we_error* error);
    void* context;
} we_command_sink;

/// Prepares a run of `wasi:cli/run` in an instance of its own; nothing runs before the first poll.
/// The structs are copied. Of a program that dies `fault` of the options is told too. Errors:
/// WE_INVALID, WE_NO_COMMAND.
we_status we_command_start(const we_component*, const we_instance_options*, const we_command_sink*,
                           we_task** out, we_error** error);
/// The same for `_start` of a core module.
we_status we_module_start(const we_module*, const we_instance_options*, const we_command_sink*,
                          we_task** out, we_error** error);

#ifdef __cplusplus
}
#endif
#endif
