//! Answers HTTP: a text that is POSTed passes the stages, and what they found goes back.

use std::fmt::Write;

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::StreamError;

wit_bindgen::generate!({ path: "../wit", world: "front" });

use weft::pipeline::types::{Failure, Summary};
use weft::pipeline::{statistics, tokens};

/// How many of the frequent words the answer names.
const FREQUENT_MAX: u32 = 3;
/// How much is read in one turn.
const READ_BYTES: u64 = 64 * 1024;

struct Front;

wasip2::http::proxy::export!(Front);

impl Guest for Front {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let (status, text) = match answer(request) {
            Ok(text) => (200, text),
            Err((status, text)) => (status, format!("{text}\n")),
        };
        let headers = Fields::from_list(&[("content-type".into(), b"text/plain".into())])
            .expect("the name and value are valid");
        let response = OutgoingResponse::new(headers);
        response.set_status_code(status).expect("it is one of HTTP");
        let body = response.body().expect("nobody took it before");
        ResponseOutparam::set(out, Ok(response));

        let stream = body.write().expect("nobody took it before");
        // One write takes 4096 bytes at most.
        let mut chunks = text.as_bytes().chunks(4096);
        let written = chunks.try_for_each(|chunk| stream.blocking_write_and_flush(chunk));
        drop(stream);
        // A body that is dropped and not finished tells the client that the rest is missing.
        if written.is_ok() {
            let _ = OutgoingBody::finish(body, None);
        }
    }
}

/// Status and reason of a response that is not the answer.
type Refusal = (u16, String);

fn answer(request: IncomingRequest) -> Result<String, Refusal> {
    if !matches!(request.method(), Method::Post | Method::Put) {
        return Err((405, "POST the text that is to be counted".into()));
    }
    let bytes = read(request).map_err(|_| (400, "the request ended too early".into()))?;
    let text = String::from_utf8(bytes).map_err(|_| (400, "the text is not UTF-8".into()))?;
    let tokens = tokens::split(&text).map_err(refusal)?;
    Ok(text_of(&statistics::summarize(&tokens, FREQUENT_MAX)))
}

/// The whole body. The http-server bounds it: `body_max` in the manifest.
fn read(request: IncomingRequest) -> Result<Vec<u8>, StreamError> {
    let body = request.consume().expect("nobody took it before");
    let stream = body.stream().expect("nobody took it before");
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(READ_BYTES) {
            Ok(chunk) => bytes.extend(chunk),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(error) => return Err(error),
        }
    }
}

fn refusal(failure: Failure) -> Refusal {
    match failure {
        Failure::Empty => (422, "there is nothing in the text".into()),
        Failure::TooLong(bytes_max) => (413, format!("the text has more than {bytes_max} bytes")),
    }
}

fn text_of(summary: &Summary) -> String {
    let mut text = format!("words: {}, of which {} differ\n", summary.words, summary.different);
    let frequent = summary.frequent.iter().map(|one| format!("{} {}", one.word, one.count));
    let frequent: Vec<_> = frequent.collect();
    if !frequent.is_empty() {
        let _ = writeln!(text, "most frequent: {}", frequent.join(", "));
    }
    if let Some(word) = &summary.longest {
        let _ = writeln!(text, "longest: {word}");
    }
    let _ = write!(text, "numbers: {}", summary.numbers);
    if let Some(number) = summary.largest {
        let _ = write!(text, ", the largest {number}");
    }
    let _ = writeln!(text, "\nmarks: {}", summary.marks);
    text
}
