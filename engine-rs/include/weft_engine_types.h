/// The plain types of the engine's C boundary: bytes, statuses, errors. Included by weft_engine.h,
/// whose rules hold here.
#ifndef WEFT_ENGINE_TYPES_H
#define WEFT_ENGINE_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------------------------------- values

/// Borrowed bytes; `data` may be null when `size` is 0.
typedef struct we_str {
    const uint8_t* data;
    size_t size;
} we_str;

/// Owned bytes that move: the receiver calls `free(owner)` once, from any thread.
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
    WE_NOT_WASM = 4,      ///< The bytes are not WebAssembly at all.
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
    WE_HANDLES = 19,          ///< The guest opened, or was given, more host resources than it may.
    WE_FIELDS = 20,           ///< The guest filled a set of header fields beyond its limit.
    WE_HOST_DATA = 21,        ///< The guest handed more to the host in one call than it may.
    WE_RANDOM = 22,           ///< The guest asked for more random bytes at once than it may.
    WE_PARTS = 23,         ///< More core instances, tables or memories than an instance may have.
    WE_NO_COMMAND = 24,    ///< Neither `wasi:cli/run` nor `_start` is exported.
    WE_WASI_CONTEXT = 25,  ///< What a WASI context names cannot be had: a directory; named.
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

#ifdef __cplusplus
}
#endif
#endif
