// Says hello from the path it was asked for; gives back what is POSTed or PUT, as it arrives.

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "hello.h"

// hello.h is made from WIT and its names are long; these are the ones that this file is about.
typedef wasi_http_types_borrow_incoming_request_t request_t;
typedef wasi_http_types_own_outgoing_response_t response_t;
typedef wasi_http_types_own_outgoing_body_t body_t;
typedef wasi_io_streams_borrow_output_stream_t sink_t;

// One write takes this much at most; and one turn of the echo that much.
enum { write_bytes_max = 4096, echo_bytes_max = 64 * 1024 };

static bool is_echo(request_t request) {
    wasi_http_types_method_t method;
    wasi_http_types_method_incoming_request_method(request, &method);
    const bool echoes =
        method.tag == WASI_HTTP_TYPES_METHOD_POST || method.tag == WASI_HTTP_TYPES_METHOD_PUT;
    wasi_http_types_method_free(&method);
    return echoes;
}

static response_t response_of(char* content_type) {
    char name[] = "content-type";
    wasi_http_types_tuple2_field_name_field_value_t field = {
        .f0 = {(uint8_t*)name, strlen(name)},
        .f1 = {(uint8_t*)content_type, strlen(content_type)},
    };
    wasi_http_types_list_tuple2_field_name_field_value_t fields = {&field, 1};
    wasi_http_types_own_fields_t headers;
    wasi_http_types_header_error_t error;
    if (!wasi_http_types_static_fields_from_list(&fields, &headers, &error)) __builtin_trap();
    return wasi_http_types_constructor_outgoing_response(headers);
}

static bool write_all(sink_t to, const char* text, size_t bytes) {
    while (bytes > 0) {
        hello_list_u8_t chunk = {(uint8_t*)text, bytes < write_bytes_max ? bytes : write_bytes_max};
        wasi_io_streams_stream_error_t error;
        if (!wasi_io_streams_method_output_stream_blocking_write_and_flush(to, &chunk, &error)) {
            wasi_io_streams_stream_error_free(&error);
            return false;
        }
        text += chunk.len;
        bytes -= chunk.len;
    }
    return true;
}

static bool greet(request_t request, sink_t to) {
    hello_string_t path;
    if (!wasi_http_types_method_incoming_request_path_with_query(request, &path))
        hello_string_dup(&path, "/");
    static const char hello[] = "hello from c ";
    const bool written = write_all(to, hello, strlen(hello)) &&
                         write_all(to, (const char*)path.ptr, path.len) && write_all(to, "\n", 1);
    hello_string_free(&path);
    return written;
}

// The host moves the bytes; they never enter this component.
static bool move_all(wasi_io_streams_borrow_input_stream_t from, sink_t to) {
    uint64_t moved;
    wasi_io_streams_stream_error_t error;
    while (wasi_io_streams_method_output_stream_blocking_splice(to, from, echo_bytes_max, &moved,
                                                                &error)) {
    }
    const bool all = error.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED;
    wasi_io_streams_stream_error_free(&error);
    return all;
}

static bool echo(request_t request, sink_t to) {
    wasi_http_types_own_incoming_body_t body;
    if (!wasi_http_types_method_incoming_request_consume(request, &body)) return false;
    wasi_http_types_own_input_stream_t from;
    bool moved = false;
    if (wasi_http_types_method_incoming_body_stream(wasi_http_types_borrow_incoming_body(body),
                                                    &from)) {
        moved = move_all(wasi_io_streams_borrow_input_stream(from), to);
        wasi_io_streams_input_stream_drop_own(from);
    }
    wasi_http_types_incoming_body_drop_own(body);
    return moved;
}

// The stream ends with this function, before the body can be finished.
static bool write_body(request_t request, body_t body, bool echoes) {
    wasi_http_types_own_output_stream_t stream;
    if (!wasi_http_types_method_outgoing_body_write(wasi_http_types_borrow_outgoing_body(body),
                                                    &stream))
        return false;
    const sink_t to = wasi_io_streams_borrow_output_stream(stream);
    const bool written = echoes ? echo(request, to) : greet(request, to);
    wasi_io_streams_output_stream_drop_own(stream);
    return written;
}

// A body that is dropped and not finished tells the client that the rest is missing.
static void end_body(body_t body, bool is_whole) {
    wasi_http_types_error_code_t error;
    if (!is_whole)
        wasi_http_types_outgoing_body_drop_own(body);
    else if (!wasi_http_types_static_outgoing_body_finish(body, NULL, &error))
        wasi_http_types_error_code_free(&error);
}

void exports_wasi_http_incoming_handler_handle(
    exports_wasi_http_incoming_handler_own_incoming_request_t incoming,
    exports_wasi_http_incoming_handler_own_response_outparam_t out) {
    const request_t request = wasi_http_types_borrow_incoming_request(incoming);
    const bool echoes = is_echo(request);
    const response_t response = response_of(echoes ? "application/octet-stream" : "text/plain");
    body_t body;
    if (!wasi_http_types_method_outgoing_response_body(
            wasi_http_types_borrow_outgoing_response(response), &body))
        __builtin_trap();
    wasi_http_types_result_own_outgoing_response_error_code_t result = {.val.ok = response};
    wasi_http_types_static_response_outparam_set(out, &result);

    end_body(body, write_body(request, body, echoes));
    wasi_http_types_incoming_request_drop_own(incoming);
}
