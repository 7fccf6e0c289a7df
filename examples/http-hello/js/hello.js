// Says hello from the path it was asked for; gives back what is POSTed or PUT, as it arrives.

import { Fields, OutgoingBody, OutgoingResponse, ResponseOutparam } from 'wasi:http/types@0.2.12';

// One write takes this much at most; and one turn of the echo that much.
const WRITE_BYTES_MAX = 4096;
const ECHO_BYTES_MAX = 64n * 1024n;

const bytes = (text) => new TextEncoder().encode(text);

function greet(request, to) {
  const text = bytes(`hello from js ${request.pathWithQuery() ?? '/'}\n`);
  for (let at = 0; at < text.length; at += WRITE_BYTES_MAX)
    to.blockingWriteAndFlush(text.subarray(at, at + WRITE_BYTES_MAX));
}

function echo(request, to) {
  const body = request.consume();
  const from = body.stream();
  try {
    for (;;) to.blockingSplice(from, ECHO_BYTES_MAX);
  } catch (error) {
    // An error of the interface arrives as an exception that carries it; this one says that all is moved.
    if (error.payload?.tag !== 'closed') throw error;
  } finally {
    from[Symbol.dispose]();
    body[Symbol.dispose]();
  }
}

export const incomingHandler = {
  handle(request, out) {
    const echoes = ['post', 'put'].includes(request.method().tag);
    const type = echoes ? 'application/octet-stream' : 'text/plain';
    const response = new OutgoingResponse(Fields.fromList([['content-type', bytes(type)]]));
    const body = response.body();
    ResponseOutparam.set(out, { tag: 'ok', val: response });

    const stream = body.write();
    try {
      (echoes ? echo : greet)(request, stream);
    } catch {
      // A body that is not finished tells the client that the rest is missing.
      return;
    } finally {
      stream[Symbol.dispose]();
    }
    OutgoingBody.finish(body, undefined);
  },
};
