//! The hello of WASI 0.3: the response leaves first, its body and what there is to do afterwards follow in tasks of
//! their own, and many requests may be under way in one instance.

use std::cell::Cell;
use std::time::Duration;

use wasip3::clocks::monotonic_clock;
use wasip3::http::types::{ErrorCode, Fields, Method, Request, Response};
use wasip3::wit_bindgen::{FutureReader, StreamReader, spawn_local};
use wasip3::{wit_future, wit_stream};

/// A path that asks for one line each TICK until so many are sent: `/count/3`.
const COUNT: &str = "/count/";
const COUNT_MAX: u32 = 1000;
const TICK: Duration = Duration::from_millis(50);

/// What comes of the transmission, known once the client has everything or is gone.
type Sent = FutureReader<Result<(), ErrorCode>>;

thread_local! {
    /// Responses of this instance that were sent whole.
    static SENT: Cell<u64> = const { Cell::new(0) };
}

struct Hello;

wasip3::http::service::export!(Hello);

impl wasip3::exports::http::handler::Guest for Hello {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_else(|| "/".into());
        let (response, sent) = match request.get_method() {
            Method::Post | Method::Put => echo(request),
            _ => match lines_asked_for(&path) {
                Some(lines) => count(lines),
                None => greet(&path),
            },
        };
        // Runs on after this function has returned the response.
        spawn_local(note(path, sent));
        Ok(response)
    }
}

/// `None` also for a number that is too large, which is then greeted like any other path.
fn lines_asked_for(path: &str) -> Option<u32> {
    path.strip_prefix(COUNT)?.parse().ok().filter(|lines| *lines <= COUNT_MAX)
}

fn greet(path: &str) -> (Response, Sent) {
    let text = format!("hello from rust 0.3 {path}\n");
    let (mut to, body) = wit_stream::new();
    spawn_local(async move {
        // What is left over was not wanted: the client is gone.
        let _ = to.write_all(text.into_bytes()).await;
    });
    respond("text/plain", body)
}

/// Each line leaves when it is made; a client that goes away ends the counting.
fn count(lines: u32) -> (Response, Sent) {
    let (mut to, body) = wit_stream::new();
    spawn_local(async move {
        for line in 1..=lines {
            if !to.write_all(format!("{line}\n").into_bytes()).await.is_empty() {
                return;
            }
            monotonic_clock::wait_for(TICK.as_nanos() as u64).await;
        }
    });
    respond("text/plain", body)
}

/// The request's body becomes the response's: the bytes never enter this component.
fn echo(request: Request) -> (Response, Sent) {
    let (_, taken) = wit_future::new(|| Ok(()));
    let (body, trailers) = Request::consume_body(request, taken);
    Response::new(content_type("application/octet-stream"), Some(body), trailers)
}

fn respond(kind: &str, body: StreamReader<u8>) -> (Response, Sent) {
    let (_, trailers) = wit_future::new(|| Ok(None));
    Response::new(content_type(kind), Some(body), trailers)
}

fn content_type(kind: &str) -> Fields {
    Fields::from_list(&[("content-type".into(), kind.into())])
        .expect("the name and value are valid")
}

/// The work after the response: one line to the log when the client has it all.
async fn note(path: String, sent: Sent) {
    match sent.await {
        Ok(()) => {
            let so_far = SENT.with(|sent| {
                sent.set(sent.get() + 1);
                sent.get()
            });
            eprintln!("sent {path}, {so_far} by this instance");
        }
        Err(error) => eprintln!("{path} was not sent whole: {error:?}"),
    }
}
