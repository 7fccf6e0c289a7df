//! What a guest sees of the machine: nothing by default, and exactly what its context grants.

use super::host::*;
use super::run::*;
use crate::error::*;
use crate::network::WeAddressRange;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

const LIST: i32 = 1;
const ALL: i32 = 2;
const MAY_BLOCK: u32 = 8;

/// A directory of a test's own.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("weft-context-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("file"), "content").unwrap();
        Folder(path)
    }

    fn text(&self) -> String {
        self.0.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn seeing(path: &Path, writable: bool, words: &[&str]) -> Config {
    let directory = (path.to_str().unwrap().to_owned(), "/seen".to_owned(), writable);
    Config { directories: vec![directory], ..Config::doing(words) }
}

#[test]
fn an_empty_world_has_nothing_in_it() {
    for code in programs() {
        assert_eq!(run_in(code, &Config::doing(&["environment"])).said(), (0, "".into()));
        assert_eq!(run_in(code, &Config::doing(&["copy"])).said(), (0, "".into()));
        let (code, said) = run_in(code, &Config::doing(&["read", "/etc/passwd"])).said();
        assert_eq!(code, 1);
        assert!(said.starts_with("failed: "), "{said}");
    }
}

#[test]
fn a_call_without_a_world_has_the_empty_one() {
    let nowhere = WasiContext(std::ptr::null_mut());

    let outcome = Run::start(program(), nowhere, call_options()).unwrap().finish();

    assert_eq!(outcome.said(), (0, "".into()));
}

#[test]
fn the_environment_is_what_was_given() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let environment = vec![pair("A", "b=c"), pair("EMPTY", "")];
    let config = Config { environment, ..Config::doing(&["environment"]) };
    for code in programs() {
        assert_eq!(run_in(code, &config).said(), (0, "A=b=c\nEMPTY=\n".into()));
    }
}

#[test]
fn a_directory_is_seen_under_its_name() {
    let folder = Folder::new();
    for code in programs() {
        for flags in [0, MAY_BLOCK] {
            let config = seeing(&folder.0, false, &["read", "/seen/file"]);
            let config = Config { flags, ..config };
            assert_eq!(run_in(code, &config).said(), (0, "content".into()));
        }
    }
}

#[test]
fn a_guest_does_not_get_out_of_its_directory() {
    let folder = Folder::new();
    let inner = folder.0.join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::os::unix::fs::symlink("../file", inner.join("link")).unwrap();
    std::os::unix::fs::symlink(folder.0.join("file"), inner.join("absolute")).unwrap();
    for code in programs() {
        for path in ["/seen/../file", "/seen/link", "/seen/absolute", "/seen/inner/../../file"] {
            let (exit, said) = run_in(code, &seeing(&inner, true, &["read", path])).said();
            assert_eq!(exit, 1, "{path}: {said}");
        }
    }
}

#[test]
fn a_read_only_directory_takes_nothing() {
    let folder = Folder::new();
    for code in programs() {
        for path in ["/seen/new", "/seen/file"] {
            let config = seeing(&folder.0, false, &["write", path, "text"]);
            let (exit, said) = run_in(code, &config).said();
            assert_eq!(exit, 1, "{path}: {said}");
        }
    }
    assert!(!folder.0.join("new").exists());
    assert_eq!(std::fs::read_to_string(folder.0.join("file")).unwrap(), "content");
}

#[test]
fn a_writable_directory_takes_files() {
    let folder = Folder::new();
    for (number, code) in programs().into_iter().enumerate() {
        let path = format!("/seen/new{number}");
        let config = seeing(&folder.0, true, &["write", &path, "text"]);
        assert_eq!(run_in(code, &config).said(), (0, "".into()));
        let written = folder.0.join(format!("new{number}"));
        assert_eq!(std::fs::read_to_string(written).unwrap(), "text");
    }
}

#[test]
fn a_directory_that_is_gone_is_said_before_the_run_and_in_it() {
    let folder = Folder::new();
    let gone = folder.0.join("gone");
    let config = seeing(&gone, false, &["read", "/seen/file"]);
    let refused = config.wasi_context().err().unwrap();
    assert_eq!(refused.status, Status::WasiContext);
    assert!(refused.message.contains(gone.to_str().unwrap()), "{}", refused.message);

    std::fs::create_dir(&gone).unwrap();
    for code in programs() {
        let context = config.wasi_context().unwrap();
        std::fs::remove_dir(&gone).unwrap();
        let outcome = Run::start(code, context, call_options()).unwrap().finish();
        assert_eq!(outcome.end.unwrap_err().status, Status::WasiContext);
        std::fs::create_dir(&gone).unwrap();
    }
}

#[test]
fn a_file_is_no_directory() {
    let folder = Folder::new();

    let refused = seeing(&folder.0.join("file"), false, &[]).wasi_context().err().unwrap();

    assert_eq!(refused.status, Status::WasiContext);
}

#[test]
fn what_wasi_cannot_say_is_refused() {
    let folder = Folder::new();
    let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let none = Config::default;
    let unnamed = (folder.text(), String::new(), false);
    for config in [
        Config { arguments: vec!["a\0b".into()], ..none() },
        Config { environment: pair("", "x"), ..none() },
        Config { environment: pair("A=B", "x"), ..none() },
        Config { environment: pair("A", "\0"), ..none() },
        Config { directories: vec![unnamed], ..none() },
        Config { addresses: vec![range(127, 33, 0)], network: LIST, ..none() },
        Config { addresses: vec![range(127, 8, 0)], ..none() },
        Config { addresses: vec![range(127, 8, 0)], network: ALL, ..none() },
        Config { network: 3, ..none() },
        Config { flags: 16, ..none() },
    ] {
        assert_eq!(config.wasi_context().err().unwrap().status, Status::Invalid);
    }
}

/// Of IPv4: those that begin like FIRST.0.0.1.
fn range(first: u8, bits: u8, port: u16) -> WeAddressRange {
    let mut bytes = [0; 16];
    (bytes[0], bytes[3]) = (first, 1);
    WeAddressRange { bytes, family: 4, bits, port }
}

/// Says "hello" to each client.
fn greeter() -> (u16, thread::JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || listener.accept().unwrap().0.write_all(b"hello").unwrap()))
}

fn reaching(network: i32, addresses: &[WeAddressRange], words: &[&str]) -> Config {
    Config { network, addresses: addresses.to_vec(), ..Config::doing(words) }
}

#[test]
fn the_network_is_closed_but_for_what_is_listed() {
    let (port, greeting) = greeter();
    let here = format!("127.0.0.1:{port}");
    let words = ["connect", here.as_str()];
    for closed in [
        reaching(0, &[], &words),
        reaching(LIST, &[], &words),
        reaching(LIST, &[range(126, 32, 0), range(10, 8, 0), range(127, 32, 1)], &words),
    ] {
        let (exit, said) = run_in(program(), &closed).said();
        assert_eq!((exit, said.as_str()), (1, "failed: PermissionDenied\n"));
    }

    let open = reaching(LIST, &[range(127, 32, port)], &words);
    assert_eq!(run_in(program(), &open).said(), (0, "received hello\n".into()));
    greeting.join().unwrap();
}

#[test]
fn the_whole_network_can_be_granted() {
    let (port, greeting) = greeter();
    let words = ["connect".to_owned(), format!("127.0.0.1:{port}")];

    let open = reaching(ALL, &[], &words.each_ref().map(String::as_str));

    assert_eq!(run_in(program(), &open).said(), (0, "received hello\n".into()));
    greeting.join().unwrap();
}

#[test]
fn datagrams_go_where_the_list_says() {
    let receiver = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let here = receiver.local_addr().unwrap().to_string();
    let words = ["send", here.as_str()];

    assert_eq!(run_in(program(), &reaching(LIST, &[range(126, 32, 0)], &words)).said().0, 1);
    assert_eq!(run_in(program(), &reaching(0, &[], &words)).said().0, 1);
    assert_eq!(run_in(program(), &reaching(LIST, &[range(127, 8, 0)], &words)).said().0, 0);

    let mut datagram = [0; 16];
    assert_eq!(receiver.recv(&mut datagram).unwrap(), b"datagram".len());
}

fn call(address: &str) -> TcpStream {
    let mut caller = TcpStream::connect(address).unwrap();
    caller.write_all(b"there and back").unwrap();
    caller.shutdown(std::net::Shutdown::Write).unwrap();
    caller
}

#[test]
fn a_guest_listens_only_where_the_list_says() {
    let words = ["listen", "127.0.0.1:0"];
    assert_eq!(run_in(program(), &reaching(LIST, &[range(126, 32, 0)], &words)).said().0, 1);

    let context = reaching(LIST, &[range(127, 32, 0)], &words).wasi_context().unwrap();
    let mut server = Run::start(program(), context, call_options()).unwrap();
    let mut caller = None;
    while !server.poll() {
        match server.heard.stdout.strip_suffix('\n') {
            Some(address) if caller.is_none() => caller = Some(call(address)),
            _ => server.wait(),
        }
    }
    let mut text = String::new();
    caller.unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "there and back");
}

#[test]
fn names_are_looked_up_only_where_there_is_a_network() {
    let words = ["resolve", "localhost"];
    assert_eq!(run_in(program(), &reaching(0, &[], &words)).said().0, 1);
    assert_eq!(run_in(program(), &reaching(LIST, &[], &words)).said().0, 1);

    let (exit, said) = run_in(program(), &reaching(LIST, &[range(127, 32, 0)], &words)).said();

    assert_eq!(exit, 0, "{said}");
    assert!(said.lines().any(|line| line == "127.0.0.1" || line == "::1"), "{said}");
}
