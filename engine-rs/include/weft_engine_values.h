/// The part of the engine's C boundary that carries values: what a component imports and exports
/// beyond WASI, how values are encoded, how imports are answered. Included by weft_engine.h, whose
/// rules hold here.
#ifndef WEFT_ENGINE_VALUES_H
#define WEFT_ENGINE_VALUES_H

#include "weft_engine_types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct we_component we_component;

// ------------------------------------------------------------------- imports and exports, values
/// What a component asks for and offers, as JSON:
///
///     {"imports": [I...], "exports": [I...]}
///     I = {"name": "ns:pkg/iface@1.0.0", "functions": [F...], "resources": ["bucket"...]}
///     F = {"name": "add", "async": false, "params": [["a", T]...], "result": T or null}
///     T = "bool" "s8" "u8" "s16" "u16" "s32" "u32" "s64" "u64" "f32" "f64" "char" "string"
///         "error-context" "input-stream" "output-stream" "pollable", or one of {"list": T}
///         {"option": T} {"result": [T or null, T or null]}
///         {"tuple": [T...]} {"record": [["f", T]...]} {"variant": [["c", T or null]...]}
///         {"enum": ["a"...]} {"flags": ["a"...]} {"own": "bucket"} {"borrow": "bucket"}
///         {"stream": T or null} {"future": T or null} {"map": [K, V]} {"fixed_list": [T, n]}
///
/// Imports are those that the engine does not offer itself. The root, if it has functions, is the
/// last interface, with an empty name. Functions are numbered in this order, through all interfaces
/// of a side; so are the resources that interfaces define. Errors: WE_LINK when the types written
/// out are more than 20,000 parts.
///
/// Values are encoded as in wRPC, one after the other: bool, u8 and s8 are one byte, other integers
/// LEB128 in as few bytes as possible (others are refused), floats little endian, a char UTF-8, a
/// string or list its count and its elements, records and tuples their fields, a variant or enum
/// its case as LEB128 and its payload, an option or result a byte 0 or 1 and its payload, flags
/// one bit each from the lowest on in whole bytes, a map the list of its entries, a fixed list its
/// elements, a resource its handle as a list of bytes, a stream of u8 or a future the place
/// (LEB128) of its end among those that come beside the bytes; so is an input-stream, output-stream
/// or pollable of wasi:io, whose owner changes with it.
///
/// The handle of a resource that the C side defines is up to 256 bytes of its choice. Functions
/// that name another resource, of WASI or of the component itself, are refused, and so are those
/// that lend one of wasi:io or hand over a pollable of the component.
we_status we_component_describe(const we_component*, we_buf* out, we_error** error);
/// Where the answer of one call goes, valid during the callback, which answers, refuses or defers
/// once; if it does nothing the guest ends.
typedef struct we_reply we_reply;
/// A token for an answer that comes later.
typedef struct we_import we_import;
/// The reading end of a stream of u8, of a future or of an input-stream that a guest handed over,
/// or of an output-stream that it was given. A future is a stream of one chunk, its encoded value.
/// Guests wait while a chunk lies unread. Any thread, one at a time. An output-stream that a guest
/// handed over is one too, with nothing to read; it is for `we_output_of`.
typedef struct we_stream we_stream;
/// The feeding end of a body, see below. A future is fed one chunk, its encoded value; a pollable
/// is ready when it is fed or ended.
typedef struct we_body we_body;
/// Who answers the imports of one instance. Callbacks run inside of polls, `drop_resource` also
/// when the task is dropped.
typedef struct we_imports {
    /// A guest calls import `function`; `arguments` is owned. Null: every call ends the guest.
    /// `call` is the call of an export that the guest is in, as `we_call_start` or `we_http_start`
    /// named it. Of a guest that serves its calls one after the other it is exactly that one, else
    /// the newest that has begun; 0 while the guest is instantiated.
    void (*call)(void* context, uint64_t call, uint32_t function, we_buf arguments,
                 we_reply* reply);
    /// The guest dropped a handle that it owned, ended with it, or could not be given it by an
    /// answer; or one that it gave did not reach the C side. May be null.
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
/// The answer comes later; `we_import_complete` or `we_import_fail` consumes the token. Null if the
/// reply was used before.
we_import* we_reply_defer(we_reply*);
enum { WE_ANSWER_TAKEN = 0, WE_ANSWER_GUEST_GONE = 1 };
/// The same as `we_reply_attach` before a deferred answer.
uint32_t we_import_attach(we_import*, const we_body*);
/// The context of the `we_imports` that were asked, while the task is there; null once it is not.
/// On the thread of the task.
void* we_import_context(const we_import*);
/// From now on `over` is called once, when the guest no longer waits for the answer: `abandoned` is
/// 0 when it got one, 1 when the task was dropped or the guest gave the call up before. That is the
/// last use of `data`. Inside of a poll or of `we_task_drop`; a second watch of a token ends the
/// first, with 0. WE_ANSWER_GUEST_GONE: that has happened already, and `over` is not called. On the
/// thread of the task.
int32_t we_import_watch(we_import*, void (*over)(void* data, int32_t abandoned), void* data);
/// Answers; `value` moves. Any thread, also inside of the callback. WE_ANSWER_GUEST_GONE once the
/// task was dropped or the guest gave the call up; of a guest that has ended, and whose task is
/// still there, either may come.
int32_t we_import_complete(we_import*, we_buf value);
/// Refuses as `we_reply_refuse` does. Any thread.
int32_t we_import_fail(we_import*, int32_t kind, we_str message);
enum { WE_STREAM_PENDING = 0, WE_STREAM_CHUNK = 1, WE_STREAM_CLOSED = 2, WE_STREAM_CUT = 3 };
/// WE_STREAM_CHUNK: the next at most 64 KiB are moved to `chunk`. WE_STREAM_PENDING: `waker` is
/// woken when it is worth another try. WE_STREAM_CLOSED: the guest closed it. WE_STREAM_CUT: the
/// task was dropped, not only done, before the guest closed it. What came before an end is read
/// first.
int32_t we_stream_poll(we_stream*, void* waker, we_buf* chunk);
/// Something to attach where the guest gets an output-stream, and what it writes. `body` and
/// `written` are the caller's. Errors: WE_INVALID.
we_status we_output_new(we_stream** written, we_body** body, we_error** error);
/// The same for an output-stream that another guest handed over; consumes the stream. It takes
/// nothing any more once that guest's task was dropped. Null, and nothing consumed, for any other
/// stream.
we_body* we_output_of(we_stream*);
/// The guest hears that nobody reads any more.
void we_stream_free(we_stream*);

#ifdef __cplusplus
}
#endif
#endif
