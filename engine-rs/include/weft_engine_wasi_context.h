/// What a guest may see of the machine: a part of the engine's C boundary. Included by
/// weft_engine.h, whose rules hold here.
#ifndef WEFT_ENGINE_WASI_CONTEXT_H
#define WEFT_ENGINE_WASI_CONTEXT_H

#include "weft_engine_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A directory that a guest may see.
typedef struct we_directory {
    we_str host;       ///< Its path on this machine.
    we_str guest;      ///< What the guest calls it, such as "/".
    int32_t writable;  ///< 1: read and write; 0: read only.
    int32_t reserved;  ///< 0.
} we_directory;

/// The addresses that begin with the same bits.
typedef struct we_address_range {
    uint8_t bytes[16];  ///< In the order of the network; of IPv4 the first four.
    uint8_t family;     ///< 4 or 6. An IPv4 address inside an IPv6 one is the IPv4 address.
    uint8_t bits;       ///< How many of them count, from the left: 0 to 32, or 128.
    uint16_t port;      ///< 0: every port.
} we_address_range;

enum {
    WE_NET_NONE = 0,  ///< No sockets, no names.
    WE_NET_LIST = 1,  ///< The addresses of the list, and names if there are any.
    WE_NET_ALL = 2    ///< Every address, and names.
};

enum {
    WE_WASI_CONTEXT_STDIN = 1,   ///< The process's standard input; else it is empty.
    WE_WASI_CONTEXT_STDOUT = 2,  ///< The process's standard output instead of `output`; a full pipe
                                 ///< blocks the thread that polls.
    WE_WASI_CONTEXT_STDERR = 4,  ///< The same for standard error.
    WE_WASI_CONTEXT_MAY_BLOCK = 8  ///< Calls of files and waits for time may block the thread that
                                   ///< polls instead of going to another: faster, for a guest that
                                   ///< has its thread to itself and that nobody needs to end.
};

/// What a guest may see of the machine. All zero but `size`: nothing.
typedef struct we_wasi_context_config {
    size_t size;
    const we_str* arguments;  ///< The first is the program's name.
    size_t argument_count;
    const we_header* environment;
    size_t environment_count;
    const we_directory* directories;
    size_t directory_count;
    /// For WE_NET_LIST: what the guest connects to, sends to and receives from, binds to and
    /// listens on. Callers of a guest that listens are let in wherever they come from.
    const we_address_range* addresses;
    size_t address_count;
    int32_t network;  ///< WE_NET_*
    uint32_t flags;   ///< WE_WASI_CONTEXT_*, joined.
} we_wasi_context_config;

typedef struct we_wasi_context we_wasi_context;
/// Checks and copies. Errors: WE_INVALID (not UTF-8 or with a NUL, a wrong name or range),
/// WE_WASI_CONTEXT (a directory that cannot be opened now; it is opened again for each instance).
we_status we_wasi_context_new(const we_wasi_context_config*, we_wasi_context** out,
                              we_error** error);
/// Tasks started with it stay valid.
void we_wasi_context_free(we_wasi_context*);

#ifdef __cplusplus
}
#endif
#endif
