//! Request bodies that the host feeds.

use super::host::*;
use crate::request::WeHttpRequest;
use crate::value::ends::*;
use std::ptr::null_mut;

fn hearing(chunks: Vec<Vec<u8>>, failure: Option<i32>) -> Box<Heard> {
    let mut heard = Box::<Heard>::default();
    let context = std::ptr::from_mut(heard.as_mut()).cast();
    let body = outcome(|out, error| unsafe { we_body_new(&body_vtable(), context, out, error) });
    let body = body.unwrap();
    heard.feed = Some(Feed { body, chunks, failure, wants: 0, closed: 0 });
    heard
}

fn post(target: &str, heard: Box<Heard>) -> Call {
    let request = WeHttpRequest { body: heard.feed.as_ref().unwrap().body, ..get(target) };
    Call::start_hearing(heard, guest(), &request, call_options()).unwrap()
}

#[test]
fn chunks_arrive_in_order_and_one_at_a_time() {
    let chunks: Vec<Vec<u8>> = (0..50_u8).map(|at| vec![at; 3000]).collect();
    let expected = chunks.concat();

    let heard = post("/echo", hearing(chunks, None)).finish();

    assert_eq!(heard.body, expected);
    assert!(heard.ended.unwrap().is_ok());
}

#[test]
fn a_second_chunk_before_the_first_is_taken_is_refused() {
    let heard = hearing(vec![], None);
    let body = heard.feed.as_ref().unwrap().body;
    let call = post("/echo", heard);

    let first = unsafe { we_body_feed(body, owned(b"ab".to_vec())) };
    let second = unsafe { we_body_feed(body, owned(b"cd".to_vec())) };

    assert_eq!((first, second), (0, 2));
    assert_eq!(call.finish().body, b"ab");
}

#[test]
fn an_empty_chunk_is_no_end() {
    let heard = hearing(vec![b"cd".to_vec()], None);
    let body = heard.feed.as_ref().unwrap().body;
    let call = post("/echo", heard);

    assert_eq!(unsafe { we_body_feed(body, owned(vec![])) }, 0);

    assert_eq!(call.finish().body, b"cd");
}

#[test]
fn a_body_that_fails_is_an_error_to_the_guest() {
    for reason in 0..4 {
        let heard = post("/echo", hearing(vec![b"ab".to_vec()], Some(reason))).finish();
        assert_eq!(heard.body, b"ab[request body failed]");
    }
}

#[test]
fn freeing_a_body_before_its_end_is_a_failure() {
    let mut call = post("/echo", hearing(vec![], None));
    assert!(!call.poll());
    let feed = call.heard.feed.as_mut().unwrap();
    unsafe { we_body_free(std::mem::replace(&mut feed.body, null_mut())) };

    while !call.poll() {
        call.waiter.wait();
    }

    assert_eq!(call.heard.body, b"[request body failed]");
    assert_eq!(call.heard.feed.as_ref().unwrap().closed, 1);
}

#[test]
fn a_body_nobody_reads_is_closed_once_and_refuses_more() {
    let mut call = post("/ignore", hearing(vec![], None));
    while !call.poll() {
        call.waiter.wait();
    }

    let feed = call.heard.feed.as_ref().unwrap();
    assert_eq!(call.heard.body, b"ignored");
    assert_eq!((feed.wants, feed.closed), (0, 1));
    assert_eq!(unsafe { we_body_feed(feed.body, owned(b"late".to_vec())) }, 1);
}

#[test]
fn a_body_serves_one_request_only() {
    let heard = hearing(vec![], None);
    let body = heard.feed.as_ref().unwrap().body;
    let call = post("/echo", heard);

    let request = WeHttpRequest { body, ..get("/echo") };
    let fault = Call::start(guest(), &request, call_options()).err().unwrap();

    assert_eq!(fault.status, crate::error::Status::State);
    drop(call);
}

#[test]
fn a_body_that_was_never_given_away_is_closed_by_its_owner() {
    let mut heard = hearing(vec![], None);
    let feed = heard.feed.as_mut().unwrap();

    unsafe { we_body_free(feed.body) };

    assert_eq!(heard.feed.unwrap().closed, 1);
}
