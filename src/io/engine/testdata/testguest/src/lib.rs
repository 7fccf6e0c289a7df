//! The guest of the engine's tests: the path says how it behaves. Build it with `../build.sh`.

use std::fmt::Write as _;
use std::io::Write as _;
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingRequest, OutgoingResponse,
    ResponseOutparam,
};
use wasip2::io::streams::{OutputStream, StreamError};

struct Guest;
wasip2::http::proxy::export!(Guest);

impl wasip2::exports::http::incoming_handler::Guest for Guest {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let target = request.path_with_query().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        match path {
            "/echo" => echo(request, out),
            "/ignore" => answer(out, "ignored"),
            "/big" => big(out, number(query)),
            "/trap" => unreachable(),
            "/trap-late" => trap_late(out),
            "/trap-after" => {
                answer(out, "complete");
                unreachable()
            }
            "/overflow" => answer(out, &deep(number(query) | 1 << 40).to_string()),
            "/exit" => std::process::exit(number(query) as i32),
            "/spin" => spin(),
            "/spin-late" => spin_late(out),
            "/grow" => grow(out, number(query)),
            "/eat" => eat(),
            "/none" => drop(out),
            "/forget" => std::mem::forget(out),
            "/error" => ResponseOutparam::set(out, Err(ErrorCode::ConnectionTimeout)),
            "/cut" => cut(out),
            "/leak" => leak(out),
            "/print" => print(out),
            "/sleep" => sleep(out, number(query)),
            "/late" => late(out, number(query)),
            "/outgoing" => outgoing(out),
            "/trailers" => trailers(out),
            "/handles" => handles(),
            "/fields" => fields(),
            "/random" => {
                let bytes = wasip2::random::random::get_random_bytes(number(query));
                answer(out, &bytes.len().to_string())
            }
            "/world" => answer(out, &world()),
            _ => describe(request, out),
        }
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

fn respond(out: ResponseOutparam, status: u16, fields: Fields) -> OutgoingBody {
    let response = OutgoingResponse::new(fields);
    response.set_status_code(status).unwrap();
    let body = response.body().unwrap();
    ResponseOutparam::set(out, Ok(response));
    body
}

fn write(stream: &OutputStream, mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let (now, later) = bytes.split_at(bytes.len().min(4096));
        if stream.blocking_write_and_flush(now).is_err() {
            return false;
        }
        bytes = later;
    }
    true
}

fn answer(out: ResponseOutparam, text: &str) {
    let body = respond(out, 200, Fields::new());
    write(&body.write().unwrap(), text.as_bytes());
    OutgoingBody::finish(body, None).unwrap();
}

/// Method, scheme, authority, target and all headers as text; status 201 to show that it counts.
fn describe(request: IncomingRequest, out: ResponseOutparam) {
    let mut text = format!("{:?}\n", request.method());
    writeln!(text, "{:?}", request.scheme()).unwrap();
    writeln!(text, "{}", request.authority().unwrap_or_default()).unwrap();
    writeln!(text, "{}", request.path_with_query().unwrap_or_default()).unwrap();
    for (name, value) in request.headers().entries() {
        writeln!(text, "{name}: {}", String::from_utf8_lossy(&value)).unwrap();
    }
    let fields = Fields::new();
    fields.append("content-type", b"text/plain").unwrap();
    fields.append("x-twice", b"one").unwrap();
    fields.append("x-twice", b"two").unwrap();
    let body = respond(out, 201, fields);
    write(&body.write().unwrap(), text.as_bytes());
    OutgoingBody::finish(body, None).unwrap();
}

/// Chunk by chunk; a request body that fails shows in the last line.
fn echo(request: IncomingRequest, out: ResponseOutparam) {
    let incoming = request.consume().unwrap();
    let body = respond(out, 200, Fields::new());
    {
        let input = incoming.stream().unwrap();
        let output = body.write().unwrap();
        loop {
            match input.blocking_read(64 * 1024) {
                Ok(bytes) => {
                    if !write(&output, &bytes) {
                        return;
                    }
                }
                Err(StreamError::Closed) => break,
                Err(StreamError::LastOperationFailed(_)) => {
                    write(&output, b"[request body failed]");
                    break;
                }
            }
        }
    }
    OutgoingBody::finish(body, None).unwrap();
}

/// `bytes` bytes, each its offset modulo 251; says on stderr how far it came.
fn big(out: ResponseOutparam, bytes: u64) {
    let body = respond(out, 200, Fields::new());
    {
        let stream = body.write().unwrap();
        let mut sent = 0;
        while sent < bytes {
            let permit = match stream.check_write() {
                Ok(0) => {
                    stream.subscribe().block();
                    continue;
                }
                Ok(permit) => permit.min(bytes - sent).min(64 * 1024),
                Err(_) => return,
            };
            let chunk: Vec<u8> = (sent..sent + permit).map(|at| (at % 251) as u8).collect();
            if stream.write(&chunk).is_err() {
                return;
            }
            sent += permit;
            eprintln!("{sent}");
        }
        let _ = stream.blocking_flush();
    }
    OutgoingBody::finish(body, None).unwrap();
}

fn unreachable() -> ! {
    core::arch::wasm32::unreachable()
}

fn trap_late(out: ResponseOutparam) {
    let body = respond(out, 200, Fields::new());
    write(&body.write().unwrap(), b"first");
    unreachable()
}

#[allow(unconditional_recursion)]
fn deep(depth: u64) -> u64 {
    let here = std::hint::black_box(depth);
    if here == 0 { 0 } else { std::hint::black_box(deep(here - 1)) + here }
}

fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns + 1);
    }
}

fn spin_late(out: ResponseOutparam) {
    let body = respond(out, 200, Fields::new());
    write(&body.write().unwrap(), b"first");
    spin()
}

/// Asks for `mib` MiB more and says whether it got them; never dies of it.
fn grow(out: ResponseOutparam, mib: u64) {
    let got = core::arch::wasm32::memory_grow::<0>(mib as usize * 16) != usize::MAX;
    answer(out, if got { "granted" } else { "refused" });
}

/// Allocates until it dies.
fn eat() {
    let mut eaten = Vec::new();
    loop {
        eaten.push(vec![1_u8; 1 << 20]);
        std::hint::black_box(&eaten);
    }
}

/// Drops the body without finishing it.
fn cut(out: ResponseOutparam) {
    let body = respond(out, 200, Fields::new());
    write(&body.write().unwrap(), b"half");
    drop(body);
}

/// Returns without finishing the body.
fn leak(out: ResponseOutparam) {
    let body = respond(out, 200, Fields::new());
    write(&body.write().unwrap(), b"half");
    std::mem::forget(body);
}

fn print(out: ResponseOutparam) {
    print!("to stdout\nno newline");
    std::io::stdout().flush().unwrap();
    eprintln!("to stderr");
    answer(out, "printed");
}

fn sleep(out: ResponseOutparam, ms: u64) {
    subscribe_duration(ms * 1_000_000).block();
    answer(out, "woke");
}

/// Goes on after its response is complete.
fn late(out: ResponseOutparam, ms: u64) {
    answer(out, "early");
    subscribe_duration(ms * 1_000_000).block();
    eprintln!("still here");
}

/// Says what became of a request to somewhere else.
fn outgoing(out: ResponseOutparam) {
    let request = OutgoingRequest::new(Fields::new());
    request.set_authority(Some("localhost:1")).unwrap();
    request.set_path_with_query(Some("/")).unwrap();
    let text = match outgoing_handler::handle(request, None) {
        Err(code) => format!("{code:?}"),
        Ok(future) => {
            future.subscribe().block();
            format!("{:?}", future.get().unwrap().unwrap().map(|response| response.status()))
        }
    };
    answer(out, &text);
}

fn trailers(out: ResponseOutparam) {
    let body = respond(out, 200, Fields::new());
    write(&body.write().unwrap(), b"body");
    let fields = Fields::new();
    fields.append("x-sum", b"4").unwrap();
    OutgoingBody::finish(body, Some(fields)).unwrap();
}

/// Opens host resources until it is ended.
fn handles() {
    let mut open = Vec::new();
    loop {
        open.push(Fields::new());
    }
}

/// Fills one set of fields until it is ended.
fn fields() {
    let fields = Fields::new();
    loop {
        fields.append("x-fill", &[b'a'; 1000]).unwrap();
    }
}

/// What the guest sees of the machine.
fn world() -> String {
    use wasip2::sockets::{instance_network::instance_network, network, tcp, tcp_create_socket};
    let variables = wasip2::cli::environment::get_environment().len();
    let arguments = wasip2::cli::environment::get_arguments().len();
    let directories = wasip2::filesystem::preopens::get_directories().len();
    let socket = tcp_create_socket::create_tcp_socket(network::IpAddressFamily::Ipv4);
    let connected = socket.and_then(|socket: tcp::TcpSocket| {
        let address = network::Ipv4SocketAddress { port: 1, address: (127, 0, 0, 1) };
        socket.start_connect(&instance_network(), network::IpSocketAddress::Ipv4(address))
    });
    format!("{variables} variables, {arguments} arguments, {directories} directories, {connected:?}")
}
