//! Requests and responses, and what a call leaves behind.

use super::host::*;
use crate::abi::{WeHeader, WeStr};
use crate::body::WeBodyVtable;
use crate::component::we_component_free;
use crate::engine::we_engine_free;
use crate::error::*;
use crate::instance::we_call_resume;
use crate::request::WeHttpRequest;
use crate::value::ends::{we_body_finish, we_body_free, we_body_new};
use futures::executor::block_on;
use http_body_util::BodyExt;
use std::ffi::c_void;
use std::ptr::null_mut;

#[test]
fn the_guest_sees_the_request_and_the_host_the_response() {
    let headers = [
        WeHeader { name: WeStr::of(b"x-one"), value: WeStr::of(b"1") },
        WeHeader { name: WeStr::of(b"x-one"), value: WeStr::of(b"2") },
    ];
    let request = WeHttpRequest {
        method: WeStr::of(b"PURGE"),
        headers: headers.as_ptr(),
        header_count: headers.len(),
        ..get("/a/b?c=d")
    };

    let heard = Call::start(guest(), &request, call_options()).unwrap().finish();

    assert_eq!(heard.status, 201);
    let twice = heard.headers.iter().filter(|(name, _)| name == "x-twice").count();
    assert_eq!(twice, 2);
    let text = String::from_utf8(heard.body).unwrap();
    for part in ["PURGE", "example.test:80", "\n/a/b?c=d\n", "x-one: 1\nx-one: 2\n"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(heard.ended.unwrap().is_ok());
    assert!(heard.fault.is_none());
}

#[test]
fn a_request_that_cannot_be_expressed_is_refused() {
    let header = WeHeader { name: WeStr::of(b"bad name"), value: WeStr::of(b"1") };
    let requests = [
        (WeHttpRequest { method: WeStr::of(b"G T"), ..get("/") }, "method 'G T'"),
        (WeHttpRequest { authority: WeStr::of(b"a b"), ..get("/") }, "authority 'a b'"),
        (WeHttpRequest { authority: WeStr::of(b""), ..get("/") }, "authority ''"),
        (WeHttpRequest { scheme: WeStr::of(b"ftp"), ..get("/") }, "scheme 'ftp'"),
        (get("/\u{1}"), "path '/\\x01'"),
        (WeHttpRequest { headers: &header, header_count: 1, ..get("/") }, "header name 'bad name'"),
    ];
    for (request, part) in requests {
        let fault = Call::start(guest(), &request, call_options()).err().unwrap();
        assert_eq!(fault.status, Status::BadRequest);
        assert!(fault.message.contains(part), "{}", fault.message);
    }
}

#[test]
fn trailers_follow_the_body() {
    let heard = run("/trailers");

    assert_eq!(heard.body, b"body");
    assert_eq!(heard.trailers, [("x-sum".to_owned(), "4".to_owned())]);
    assert!(heard.ended.unwrap().is_ok());
}

#[test]
fn a_big_response_arrives_whole_through_pauses() {
    let mut call = Call::start(guest(), &get("/big?2000000"), call_options()).unwrap();
    call.heard.pause_after_each_chunk = true;

    let heard = call.finish();

    assert_eq!(heard.body.len(), 2_000_000);
    assert!(heard.body.iter().enumerate().all(|(at, byte)| *byte == (at % 251) as u8));
    assert!(heard.chunks >= 2_000_000 / 65_536);
}

#[test]
fn a_paused_response_holds_the_guest_back() {
    let mut call = Call::start(guest(), &get("/big?2000000"), call_options()).unwrap();
    call.heard.pause_after_each_chunk = true;

    for _ in 0..20 {
        assert!(!call.poll());
    }

    assert_eq!(call.heard.chunks, 1);
    // The last line of stderr is how far the guest came.
    let written: usize = call.heard.stderr.lines().last().unwrap().parse().unwrap();
    assert!(written <= 4 * 65_536, "the guest ran ahead by {written} bytes");
    unsafe { we_call_resume(call.task, call.id) };
    assert!(!call.poll());
    assert_eq!(call.heard.chunks, 2);
}

#[test]
fn what_the_guest_prints_is_heard() {
    let heard = run("/print");

    assert_eq!(heard.stdout, "to stdout\nno newline");
    assert_eq!(heard.stderr, "to stderr\n");
}

#[test]
fn a_guest_waits_for_its_timer_without_a_thread() {
    assert_eq!(run("/sleep?20").body, b"woke");
}

#[test]
fn the_guest_goes_on_after_its_response() {
    let heard = run("/late?20");

    assert_eq!(heard.body, b"early");
    assert!(heard.ended.unwrap().is_ok());
    assert_eq!(heard.stderr, "still here\n");
}

#[test]
fn dropping_a_call_frees_all_it_held() {
    let engine = engine(&config()).unwrap();
    let component = compile(engine, GUEST).unwrap();
    let mut waiting = Call::start(component, &get("/sleep?3600000"), call_options()).unwrap();
    let unpolled = Call::start(component, &get("/"), call_options()).unwrap();
    assert!(!waiting.poll());
    let during = metrics(engine);
    assert_eq!((during.instances, during.tasks, during.pool_memories), (1, 2, 1));

    drop(waiting);
    drop(unpolled);

    let after = metrics(engine);
    assert_eq!(
        (after.instances, after.tasks, after.pool_memories, after.pool_stacks),
        (0, 0, 0, 0)
    );
    unsafe {
        we_component_free(component);
        we_engine_free(engine);
    }
}

#[test]
fn a_task_outlives_the_handles_it_was_made_from() {
    let engine = engine(&config()).unwrap();
    let component = compile(engine, GUEST).unwrap();
    let call = Call::start(component, &get("/ignore"), call_options()).unwrap();
    unsafe {
        we_component_free(component);
        we_engine_free(engine);
    }

    assert_eq!(call.finish().body, b"ignored");
}

#[test]
fn a_guest_reaches_nothing_of_the_machine() {
    let world = String::from_utf8(run("/world").body).unwrap();
    let outgoing = run("/outgoing");
    let denied = String::from_utf8(outgoing.body).unwrap();

    assert!(world.starts_with("0 variables, 0 arguments, 0 directories, Err("), "{world}");
    assert!(denied.contains("HttpRequestDenied"), "{denied}");
    assert_eq!(outgoing.refused, [(1, "localhost:1".to_owned())]);
}

#[test]
fn a_guest_may_write_much_before_it_sets_its_response() {
    let engine = engine(&config()).unwrap();
    let early = include_bytes!("../../../src/io/engine/testdata/early.wasm");
    let component = compile(engine, early).unwrap();

    let heard = Call::start(component, &get("/"), call_options()).unwrap().finish();

    assert!(heard.ended.unwrap().is_ok());
    assert_eq!((heard.status, heard.body.len()), (200, 1 << 20));
    unsafe {
        we_component_free(component);
        we_engine_free(engine);
    }
}

#[test]
fn trailers_end_a_request_body() {
    let (mut body, mut error) = (null_mut(), null_mut());
    extern "C" fn ignore(_: *mut c_void) {}
    let asked = WeBodyVtable { size: size_of::<WeBodyVtable>(), want: ignore, closed: ignore };
    assert_eq!(unsafe { we_body_new(&asked, null_mut(), &mut body, &mut error) }, 0);
    let field =
        |name: &'static str| WeHeader { name: WeStr::of(name.as_bytes()), value: WeStr::of(b"7") };
    let reader = unsafe { &*body }.take_reader().unwrap();

    assert_eq!(unsafe { we_body_finish(body, &field("bad name"), 1) }, Status::BadRequest as i32);
    assert_eq!(unsafe { we_body_finish(body, &field("x-t"), 1) }, 0);

    let collected = block_on(reader.collect()).unwrap();
    assert_eq!(collected.trailers().unwrap()["x-t"], "7");
    unsafe { we_body_free(body) };
}
