"""Says hello from the path it was asked for; gives back what is POSTed or PUT, as it arrives."""

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports.streams import OutputStream, StreamError_Closed
from wit_world.imports.types import (Fields, IncomingRequest, Method_Post, Method_Put, OutgoingBody, OutgoingResponse,
                                     ResponseOutparam)

# One write takes this much at most; and one turn of the echo that much.
WRITE_BYTES_MAX = 4096
ECHO_BYTES_MAX = 64 * 1024


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        echoes = isinstance(request.method(), (Method_Post, Method_Put))
        content_type = b"application/octet-stream" if echoes else b"text/plain"
        response = OutgoingResponse(Fields.from_list([("content-type", content_type)]))
        body = response.body()
        ResponseOutparam.set(response_out, Ok(response))
        try:
            with body.write() as stream:
                (echo if echoes else greet)(request, stream)
        except Err:
            # A body that is not finished tells the client that the rest is missing.
            return
        OutgoingBody.finish(body, None)


def greet(request: IncomingRequest, to: OutputStream) -> None:
    text = f"hello from python {request.path_with_query() or '/'}\n".encode()
    for at in range(0, len(text), WRITE_BYTES_MAX):
        to.blocking_write_and_flush(text[at:at + WRITE_BYTES_MAX])


def echo(request: IncomingRequest, to: OutputStream) -> None:
    with request.consume() as body, body.stream() as source:
        try:
            while True:
                to.blocking_splice(source, ECHO_BYTES_MAX)
        except Err as error:
            # An error of the interface arrives as an exception that carries it; this one says that all is moved.
            if not isinstance(error.value, StreamError_Closed):
                raise
