//! Says hello from the path it was asked for; gives back what is POSTed or PUT, as it arrives.

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::{OutputStream, StreamError};

/// How much one turn of the echo moves at most.
const ECHO_BYTES: u64 = 64 * 1024;

struct Hello;

wasip2::http::proxy::export!(Hello);

impl Guest for Hello {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let echoes = matches!(request.method(), Method::Post | Method::Put);
        let content_type: &[u8] = if echoes { b"application/octet-stream" } else { b"text/plain" };
        let headers = Fields::from_list(&[("content-type".into(), content_type.into())])
            .expect("the name and value are valid");
        let response = OutgoingResponse::new(headers);
        let body = response.body().expect("nobody took it before");
        ResponseOutparam::set(out, Ok(response));

        let stream = body.write().expect("nobody took it before");
        let written = if echoes { echo(request, &stream) } else { greet(request, &stream) };
        drop(stream);
        // A body that is dropped and not finished tells the client that the rest is missing.
        if written.is_ok() {
            let _ = OutgoingBody::finish(body, None);
        }
    }
}

fn greet(request: IncomingRequest, to: &OutputStream) -> Result<(), StreamError> {
    let path = request.path_with_query().unwrap_or_else(|| "/".into());
    let text = format!("hello from rust {path}\n");
    // One write takes 4096 bytes at most.
    text.as_bytes().chunks(4096).try_for_each(|chunk| to.blocking_write_and_flush(chunk))
}

fn echo(request: IncomingRequest, to: &OutputStream) -> Result<(), StreamError> {
    let body = request.consume().expect("nobody took it before");
    let from = body.stream().expect("nobody took it before");
    loop {
        match to.blocking_splice(&from, ECHO_BYTES) {
            Ok(_) => {}
            Err(StreamError::Closed) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
