//! The guest of the engine's tests that speaks WASI 0.3: the path says how it behaves. Build it with
//! `../build.sh`.

wit_bindgen::generate!({ path: "wit", world: "wasi:http/service", generate_all });

use std::cell::Cell;
use wasi::clocks::monotonic_clock;
use wasi::http::client;
use wasi::http::types::{ErrorCode, Fields, Request, Response};
use wit_bindgen::StreamResult;

struct Guest;
export!(Guest);

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

impl exports::wasi::http::handler::Guest for Guest {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        CALLS.set(CALLS.get() + 1);
        let target = request.get_path_with_query().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let number: u64 = query.parse().unwrap_or(0);
        match path {
            "/count" => Ok(answer(CALLS.get().to_string())),
            "/sleep" => {
                sleep_ms(number).await;
                Ok(answer("woke".to_owned()))
            }
            "/print" => {
                print!("to stdout\nno newline");
                eprintln!("to stderr");
                Ok(answer("printed".to_owned()))
            }
            "/trap" => core::arch::wasm32::unreachable(),
            "/trap-late" => Ok(trap_late()),
            "/exit" => std::process::exit(3),
            "/spin" => spin(),
            "/error" => Err(ErrorCode::ConnectionTimeout),
            "/none" => std::future::pending().await,
            "/late" => Ok(late(number)),
            "/big" => Ok(big(number)),
            "/echo" => Ok(echo(request)),
            "/eat" => eat(),
            "/grow" => {
                let got = core::arch::wasm32::memory_grow::<0>(number as usize * 16) != usize::MAX;
                Ok(answer(if got { "granted" } else { "refused" }.to_owned()))
            }
            "/fields" => fields(),
            "/outgoing" => Ok(answer(outgoing().await)),
            _ => Ok(answer("ignored".to_owned())),
        }
    }
}

async fn sleep_ms(ms: u64) {
    monotonic_clock::wait_for(ms * 1_000_000).await;
}

fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns + 1);
    }
}

fn eat() -> ! {
    let mut eaten = Vec::new();
    loop {
        eaten.push(vec![1_u8; 1 << 20]);
        std::hint::black_box(&eaten);
    }
}

/// Fills one set of fields until it is ended.
fn fields() -> ! {
    let fields = Fields::new();
    loop {
        fields.append("x-fill", &[b'a'; 1000]).unwrap();
    }
}

fn answer(text: String) -> Response {
    let (mut sender, contents) = wit_stream::new();
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (response, _) = Response::new(Fields::new(), Some(contents), trailers);
    wit_bindgen::spawn_local(async move {
        sender.write_all(text.into_bytes()).await;
    });
    response
}

fn trap_late() -> Response {
    let (mut sender, contents) = wit_stream::new();
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (response, _) = Response::new(Fields::new(), Some(contents), trailers);
    wit_bindgen::spawn_local(async move {
        sender.write_all(b"first".to_vec()).await;
        core::arch::wasm32::unreachable()
    });
    response
}

/// Asks another host.
async fn outgoing() -> String {
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (request, _) = Request::new(Fields::new(), None, trailers, None);
    request.set_authority(Some("localhost:1")).unwrap();
    request.set_path_with_query(Some("/")).unwrap();
    match client::send(request).await {
        Err(code) => format!("{code:?}"),
        Ok(response) => response.get_status_code().to_string(),
    }
}

/// Goes on after its response is complete.
fn late(ms: u64) -> Response {
    wit_bindgen::spawn_local(async move {
        sleep_ms(ms).await;
        eprintln!("still here");
    });
    answer("early".to_owned())
}

/// `bytes` bytes, each its offset modulo 251.
fn big(bytes: u64) -> Response {
    let (mut sender, contents) = wit_stream::new();
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (response, _) = Response::new(Fields::new(), Some(contents), trailers);
    wit_bindgen::spawn_local(async move {
        let mut sent = 0;
        while sent < bytes {
            let end = bytes.min(sent + 64 * 1024);
            let chunk: Vec<u8> = (sent..end).map(|at| (at % 251) as u8).collect();
            if !sender.write_all(chunk).await.is_empty() {
                return;
            }
            sent = end;
        }
    });
    response
}

/// Chunk by chunk; a request body that fails shows in the last line.
fn echo(request: Request) -> Response {
    let (_, done) = wit_future::new(|| Ok(()));
    let (mut body, result) = Request::consume_body(request, done);
    let (mut sender, contents) = wit_stream::new();
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (response, _) = Response::new(Fields::new(), Some(contents), trailers);
    wit_bindgen::spawn_local(async move {
        loop {
            let (status, chunk) = body.read(Vec::with_capacity(64 * 1024)).await;
            if !chunk.is_empty() && !sender.write_all(chunk).await.is_empty() {
                return;
            }
            if matches!(status, StreamResult::Dropped | StreamResult::Cancelled) {
                break;
            }
        }
        drop(body);
        if result.await.is_err() {
            sender.write_all(b"[request body failed]".to_vec()).await;
        }
    });
    response
}
