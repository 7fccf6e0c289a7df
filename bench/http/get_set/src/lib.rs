//! The hit counter of `examples/counter` with a `get` and a `set` in place of one `increment`: what two calls to the store
//! cost. For the bench alone, for of callers at the same time all but one may be lost.

use wasmcloud_component::wasi;

use wasi::exports::http::incoming_handler::Guest;
use wasi::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasi::keyvalue::store;

const BUCKET: &str = "default";

struct Counter;

wasi::http::proxy::export!(Counter);

impl Guest for Counter {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let target = request.path_with_query().unwrap_or_else(|| "/".into());
        let path = target.split('?').next().unwrap_or_default();
        let (status, text) = match count(path) {
            Ok(number) => (200, format!("{number}\n")),
            Err(error) => (500, format!("{error:?}\n")),
        };
        let headers = Fields::from_list(&[("content-type".into(), b"text/plain".into())])
            .expect("the name and value are valid");
        let response = OutgoingResponse::new(headers);
        response.set_status_code(status).expect("it is one of HTTP");
        let body = response.body().expect("nobody took it before");
        ResponseOutparam::set(out, Ok(response));

        let stream = body.write().expect("nobody took it before");
        let written = stream.blocking_write_and_flush(text.as_bytes());
        drop(stream);
        if written.is_ok() {
            let _ = OutgoingBody::finish(body, None);
        }
    }
}

/// Reads the number that is kept as text, and keeps the next one.
fn count(key: &str) -> Result<u64, store::Error> {
    let bucket = store::open(BUCKET)?;
    let kept = bucket.get(key)?.unwrap_or_default();
    let number =
        std::str::from_utf8(&kept).ok().and_then(|text| text.parse().ok()).unwrap_or(0) + 1;
    bucket.set(key, number.to_string().as_bytes())?;
    Ok(number)
}
