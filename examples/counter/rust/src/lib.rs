//! Counts how often each path was asked for, in a key-value store that outlives it.

use wasmcloud_component::wasi;

use wasi::exports::http::incoming_handler::Guest;
use wasi::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasi::keyvalue::{atomics, store};

/// The link in the manifest says where its values are.
const BUCKET: &str = "default";

struct Counter;

wasi::http::proxy::export!(Counter);

impl Guest for Counter {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let (status, text) = answer(&request);
        let headers = Fields::from_list(&[("content-type".into(), b"text/plain".into())])
            .expect("the name and value are valid");
        let response = OutgoingResponse::new(headers);
        response.set_status_code(status).expect("it is one of HTTP");
        let body = response.body().expect("nobody took it before");
        ResponseOutparam::set(out, Ok(response));

        let stream = body.write().expect("nobody took it before");
        // One write takes 4096 bytes at most.
        let written = text
            .as_bytes()
            .chunks(4096)
            .try_for_each(|chunk| stream.blocking_write_and_flush(chunk));
        drop(stream);
        // A body that is dropped and not finished tells the client that the rest is missing.
        if written.is_ok() {
            let _ = OutgoingBody::finish(body, None);
        }
    }
}

/// Status and text of the response.
fn answer(request: &IncomingRequest) -> (u16, String) {
    if !matches!(request.method(), Method::Get) {
        return (405, "only GET is counted\n".into());
    }
    let target = request.path_with_query().unwrap_or_else(|| "/".into());
    let path = target.split('?').next().unwrap_or_default();
    match count(path) {
        Ok(number) => (200, format!("{number}\n")),
        Err(error) => (500, format!("{}\n", text_of(error))),
    }
}

/// How often that key was counted, this time included. The store adds, so none of several callers at the same time is lost.
fn count(key: &str) -> Result<u64, store::Error> {
    let bucket = store::open(BUCKET)?;
    atomics::increment(&bucket, key, 1)
}

fn text_of(error: store::Error) -> String {
    match error {
        store::Error::NoSuchStore => format!("there is no bucket '{BUCKET}'"),
        store::Error::AccessDenied => format!("the bucket '{BUCKET}' is not for this component"),
        store::Error::Other(text) => text,
    }
}
