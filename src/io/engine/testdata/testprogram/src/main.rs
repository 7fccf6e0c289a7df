//! The program that the engine's tests run: does what its arguments say. Built as a component of
//! WASI 0.2 and as a core module of preview 1.

use std::io::{Error, Read, Result, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

/// Says "failed: KIND" and ends with 1.
fn fail(error: Error) -> ! {
    println!("failed: {:?}", error.kind());
    std::process::exit(1)
}

fn print_arguments(arguments: &[String]) -> Result<()> {
    for argument in arguments {
        println!("{argument}");
    }
    Ok(())
}

fn print_environment() -> Result<()> {
    for (name, value) in std::env::vars() {
        println!("{name}={value}");
    }
    Ok(())
}

fn print_file(path: &str) -> Result<()> {
    std::io::stdout().write_all(&std::fs::read(path)?)
}

fn copy_input() -> Result<()> {
    std::io::copy(&mut std::io::stdin(), &mut std::io::stdout()).map(drop)
}

/// What the peer that listens there sends.
fn connect(address: &str) -> Result<()> {
    let mut text = String::new();
    TcpStream::connect(address)?.read_to_string(&mut text)?;
    println!("received {text}");
    Ok(())
}

/// Says where it listens, then gives one caller its bytes back.
fn listen(address: &str) -> Result<()> {
    let listener = TcpListener::bind(address)?;
    println!("{}", listener.local_addr()?);
    let (mut caller, _) = listener.accept()?;
    let mut bytes = Vec::new();
    caller.read_to_end(&mut bytes)?;
    caller.write_all(&bytes)
}

fn send(address: &str) -> Result<()> {
    UdpSocket::bind("0.0.0.0:0")?.send_to(b"datagram", address)?;
    println!("sent");
    Ok(())
}

fn resolve(name: &str) -> Result<()> {
    for address in (name, 1).to_socket_addrs()? {
        println!("{}", address.ip());
    }
    Ok(())
}

/// Takes memory until there is none; the allocator's end is a trap.
fn eat() -> Result<()> {
    let mut all = Vec::new();
    loop {
        all.push(vec![1_u8; 1 << 20]);
        std::hint::black_box(&all);
    }
}

fn spin() -> Result<()> {
    loop {
        std::hint::black_box(0);
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    let done = match words[..] {
        [] => Ok(()),
        ["exit", code] => std::process::exit(number(code) as i32),
        ["abort"] => std::process::abort(),
        ["arguments", ..] => print_arguments(&arguments),
        ["environment"] => print_environment(),
        ["read", path] => print_file(path),
        ["write", path, text] => std::fs::write(path, text),
        ["copy"] => copy_input(),
        ["complain", text] => std::io::stderr().write_all(text.as_bytes()),
        ["connect", address] => connect(address),
        ["listen", address] => listen(address),
        ["send", address] => send(address),
        ["resolve", name] => resolve(name),
        ["sleep", ms] => Ok(std::thread::sleep(Duration::from_millis(number(ms)))),
        ["eat"] => eat(),
        ["spin"] => spin(),
        _ => panic!("the test program does not know {words:?}"),
    };
    done.unwrap_or_else(|error| fail(error));
}
