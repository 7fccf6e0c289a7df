// Writes 1 MiB of its body before it sets the response. Made a binary by build.sh.
typedef unsigned char byte;
typedef unsigned long long u64;

#define IMPORT(interface, name) __attribute__((import_module(interface), import_name(name)))
#define TYPES "wasi:http/types@0.2.12"
#define STREAMS "wasi:io/streams@0.2.12"
IMPORT(TYPES, "[constructor]fields") int new_fields(void);
IMPORT(TYPES, "[constructor]outgoing-response") int new_response(int fields);
IMPORT(TYPES, "[method]outgoing-response.body") void open_body(int response, int* result);
IMPORT(TYPES, "[method]outgoing-body.write") void open_stream(int body, int* result);
IMPORT(TYPES, "[static]outgoing-body.finish")
void finish(int body, int has_trailers, int trailers, u64* result);
IMPORT(TYPES, "[static]response-outparam.set")
void set_response(int out, int is_error, int response, int, u64, int, int, int, int);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void write(int stream, const byte* bytes, int size, int* result);
IMPORT(STREAMS, "[resource-drop]output-stream") void close_stream(int stream);

/// Nothing is handed over that needs memory of the guest.
__attribute__((export_name("cabi_realloc"))) void* allocate(void*, int, int, int) {
    __builtin_trap();
}

__attribute__((export_name("wasi:http/incoming-handler@0.2.12#handle"))) void handle(int request,
                                                                                     int out) {
    static byte piece[4096];
    int body[2], stream[2], written[3];
    u64 finished[8];
    (void)request;
    const int response = new_response(new_fields());
    open_body(response, body);
    open_stream(body[1], stream);
    for (int i = 0; i < 256; ++i) {
        write(stream[1], piece, sizeof piece, written);
        if (written[0] != 0) __builtin_trap();
    }
    set_response(out, 0, response, 0, 0, 0, 0, 0, 0);
    close_stream(stream[1]);
    finish(body[1], 0, 0, finished);
}
