//! Streams of bytes and futures, in both directions, through imports and exports.

use super::world::{Live, Read, Stream, Way, World, bytes, engine};
use crate::abi::WeBuf;
use crate::body::*;
use crate::error::Fault;
use crate::error::Status;
use crate::tests::host::{Waiter, init, outcome, owned};
use crate::value::ends::*;
use crate::value::from_host::End;
use crate::value::handed::Handed;
use crate::value::{Value, argument_fault_of};
use futures::task::noop_waker_ref;
use std::ffi::c_void;
use std::pin::pin;
use std::task::{Context, Poll};
use wasmtime::Result;

/// Its functions are async, so that a guest may wait in the middle of them.
const TEXT: &str = include_str!("../../../../src/io/engine/testdata/streaming.wat");

fn world() -> World {
    init();
    World::new(&engine(true), true, TEXT)
}

/// What a body was asked.
#[derive(Default)]
pub struct Asked {
    pub wants: usize,
    pub closed: usize,
}

extern "C" fn want(context: *mut c_void) {
    unsafe { &mut *context.cast::<Asked>() }.wants += 1;
}

extern "C" fn closed(context: *mut c_void) {
    unsafe { &mut *context.cast::<Asked>() }.closed += 1;
}

/// A body and what it was asked.
pub struct Body {
    pub raw: *mut WeBody,
    pub asked: Box<Asked>,
}

impl Body {
    pub fn new() -> Self {
        let mut asked = Box::<Asked>::default();
        let vtable = WeBodyVtable { size: size_of::<WeBodyVtable>(), want, closed };
        let context = std::ptr::from_mut(asked.as_mut()).cast();
        let raw =
            outcome(|out, error| unsafe { we_body_new(&vtable, context, out, error) }).unwrap();
        Body { raw, asked }
    }

    pub fn feed(&self, chunk: &[u8]) -> i32 {
        unsafe { we_body_feed(self.raw, owned(chunk.to_vec())) }
    }

    pub fn finish(&self) {
        unsafe { we_body_finish(self.raw, std::ptr::null(), 0) };
    }

    pub fn fail(&self) {
        unsafe { we_body_fail(self.raw, 0) };
    }

    pub fn end(&self) -> BodyReader {
        unsafe { &*self.raw }.take_reader().unwrap()
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        unsafe { we_body_free(self.raw) };
    }
}

/// Runs an export; `script` acts whenever it waits.
pub fn run(
    live: &mut Live,
    name: &str,
    arguments: Value,
    mut script: impl FnMut(&mut super::world::Script),
) -> Result<Handed> {
    let number = live.number(name);
    let mut call = pin!(live.calls.call(&mut live.store, number, arguments));
    for _ in 0..10_000 {
        match call.as_mut().poll(&mut Context::from_waker(noop_waker_ref())) {
            Poll::Ready(result) => return result,
            Poll::Pending => script(&mut live.script),
        }
    }
    panic!("'{name}' does not end");
}

pub fn result(handed: Result<Handed>) -> Vec<u8> {
    handed.unwrap().as_slice().to_vec()
}

/// The bytes of an unsigned number.
pub fn number(value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    crate::value::wire::put_unsigned(&mut bytes, value);
    bytes
}

#[test]
fn a_guests_stream_is_read_chunk_by_chunk() {
    let (world, waiter) = (world(), Waiter::default());
    let mut live = world.live(Way::Raw);
    live.script.answers = [vec![]].into();
    let mut chunks = Vec::new();

    let sent = run(&mut live, "send", bytes(&number(200_000)).into(), |script| {
        if let Read::Chunk(chunk) = script.streams[0].read(&waiter) {
            chunks.push(chunk);
        }
    });

    assert_eq!(result(sent), number(200_000));
    assert_eq!(live.script.asked[0], (0, [number(200_000), vec![0]].concat()));
    while let Read::Chunk(chunk) = live.script.streams[0].read(&waiter) {
        chunks.push(chunk);
    }
    assert_eq!(live.script.streams[0].read(&waiter), Read::Closed);
    assert!(chunks.iter().all(|chunk| chunk.len() <= 65_536));
    assert_eq!(chunks.concat(), vec![42; 200_000]);
}

#[test]
fn a_guest_waits_until_its_stream_is_read() {
    let (world, waiter) = (world(), Waiter::default());
    let mut live = world.live(Way::Raw);
    live.script.answers = [vec![]].into();
    let mut waits = 0;

    let sent = run(&mut live, "send", bytes(&number(200_000)).into(), |script| {
        waits += 1;
        if waits > 20 {
            let Read::Chunk(chunk) = script.streams[0].read(&waiter) else { panic!("it waits") };
            assert!(chunk.len() <= 65_536);
        }
    });

    assert_eq!(result(sent), number(200_000));
    assert!(waits > 20, "{waits}");
}

#[test]
fn a_guest_hears_that_nobody_reads_its_stream() {
    let world = world();
    let mut live = world.live(Way::Raw);
    live.script.answers = [vec![]].into();

    let sent = run(&mut live, "send", bytes(&number(200_000)).into(), |script| {
        script.streams.clear();
    });

    assert_eq!(result(sent), number(65_536));
}

#[test]
fn a_stream_is_cut_when_its_guest_goes() {
    let (world, waiter) = (world(), Waiter::default());
    let mut live = world.live(Way::Raw);
    live.script.answers = [vec![]].into();
    {
        let send = live.number("send");
        let mut call = pin!(live.calls.call(&mut live.store, send, bytes(&number(200_000)).into()));
        assert!(call.as_mut().poll(&mut Context::from_waker(noop_waker_ref())).is_pending());
        assert!(matches!(live.script.streams[0].read(&waiter), Read::Chunk(_)));
        assert_eq!(live.script.streams[0].read(&waiter), Read::Pending);
    }

    live.store.data().values.open_streams.cut();
    drop(live.store);

    waiter.wait();
    assert_eq!(live.script.streams[0].read(&waiter), Read::Cut);
}

#[test]
fn a_guest_reads_what_the_host_feeds() {
    let world = world();
    let mut live = world.live(Way::Raw);
    let body = Body::new();
    live.script.bodies = [body.raw].into();
    live.script.answers = [vec![0]].into();
    let mut fed = 0;

    let sum = run(&mut live, "receive", bytes(&number(1_000)).into(), |_| {
        assert_eq!(body.asked.wants, fed + 1, "it asks once for each chunk");
        fed += 1;
        match fed {
            1..=3 => assert_eq!(body.feed(&[1; 250]), 0),
            _ => body.finish(),
        }
    });

    assert_eq!(result(sum), number(750));
    assert_eq!(body.asked.closed, 1);
}

pub fn with(bytes: WeBuf, end: End) -> Value {
    let mut value = Value::from(bytes);
    value.ends().push(Some(end));
    value
}

pub fn with_end(bytes: WeBuf, end: BodyReader) -> Value {
    with(bytes, End::Read(end))
}

#[test]
fn a_stream_may_be_an_argument_and_a_result() {
    let (world, waiter) = (world(), Waiter::default());
    let mut live = world.live(Way::Raw);
    let body = Body::new();
    assert_eq!(body.feed(b"abc"), 0);
    let arguments = with_end(bytes(&[0]), body.end());
    let sum = run(&mut live, "sum", arguments, |_| body.finish());
    assert_eq!(result(sum), number(294));

    let body = Body::new();
    assert_eq!(body.feed(b"through"), 0);
    let arguments = with_end(bytes(&[0]), body.end());
    let handed = run(&mut live, "same", arguments, |_| {}).unwrap();
    assert_eq!(handed.as_slice(), [0]);
    let (_, mut streams) = handed.arrive();
    let stream = Stream::new(streams.pop().unwrap());
    let mut reads = 0;
    let read = loop {
        // The store must run for its streams to move.
        let idle = async |_: &_| poll_once().await;
        futures::executor::block_on(live.store.run_concurrent(idle)).unwrap();
        reads += 1;
        match stream.read(&waiter) {
            Read::Pending if reads < 10 => continue,
            read => break read,
        }
    };
    assert_eq!(read, Read::Chunk(b"through".to_vec()));
}

/// Waits for one turn.
async fn poll_once() {
    let mut polled = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

#[test]
fn a_guests_future_is_a_stream_of_one_value() {
    let (world, waiter) = (world(), Waiter::default());
    let mut live = world.live(Way::Raw);
    live.script.answers = [vec![]].into();

    let kept = run(&mut live, "promise", bytes(&[]).into(), |_| {});

    assert!(result(kept).is_empty());
    assert_eq!(live.script.asked, [(2, vec![0])]);
    assert_eq!(live.script.streams[0].read(&waiter), Read::Chunk(b"\x09a promise".to_vec()));
    assert_eq!(live.script.streams[0].read(&waiter), Read::Closed);
}

#[test]
fn the_host_keeps_a_promise() {
    let world = world();
    let mut live = world.live(Way::Raw);
    let body = Body::new();
    live.script.bodies = [body.raw].into();
    live.script.answers = [vec![0]].into();

    let text = run(&mut live, "await", bytes(&[]).into(), |_| {
        assert_eq!(body.feed(b"\x04kept"), 0);
    });

    assert_eq!(result(text), b"\x04kept");
}

#[test]
fn a_promise_that_is_not_kept_or_of_another_type_ends_the_guest() {
    for chunk in [None, Some(b"\x09short")] {
        let world = world();
        let mut live = world.live(Way::Raw);
        let body = Body::new();
        live.script.bodies = [body.raw].into();
        live.script.answers = [vec![0]].into();

        let text = run(&mut live, "await", bytes(&[]).into(), |_| match chunk {
            Some(chunk) => assert_eq!(body.feed(chunk), 0),
            None => body.finish(),
        });

        assert!(text.is_err());
    }
}

#[test]
fn an_export_that_takes_what_cannot_be_carried_is_not_called() {
    let text = r#"(component
      (core module $m (func (export "f") (param i32) unreachable))
      (core instance $i (instantiate $m))
      (func (export "f") async (param "a" (stream string)) (canon lift (core func $i "f"))))"#;
    let world = World::new(&engine(true), true, text);

    let error = world.live(Way::Raw).call(Way::Raw, 0, &[0]).unwrap_err();

    let fault = error.downcast_ref::<Fault>().unwrap();
    assert_eq!(fault.status, Status::Invalid);
    assert!(fault.message.contains("a stream of anything but u8"), "{}", fault.message);
}

#[test]
fn a_stream_without_an_end_that_is_fed_is_refused() {
    let world = world();
    for (answer, ends) in [([0], 0), ([1], 1)] {
        let mut live = world.live(Way::Raw);
        let bodies: Vec<_> = (0..ends).map(|_| Body::new()).collect();
        live.script.bodies = bodies.iter().map(|body| body.raw).collect();
        live.script.answers = [answer.to_vec()].into();

        let error = run(&mut live, "receive", bytes(&number(1_000)).into(), |_| {}).err().unwrap();

        assert!(format!("{error:?}").contains("no end that is fed"), "{error:?}");
    }
}

#[test]
fn an_argument_without_an_end_that_is_fed_does_not_enter_the_guest() {
    let world = world();
    let mut live = world.live(Way::Raw);

    let error = live.call(Way::Raw, world.number("sum"), &[0]).unwrap_err();

    let fault = argument_fault_of(&error).unwrap();
    assert_eq!(fault.status, Status::Invalid);
    assert!(fault.message.contains("no end that is fed"), "{}", fault.message);
    let body = Body::new();
    live.script.bodies = [body.raw].into();
    live.script.answers = [vec![0]].into();
    body.finish();
    let handed = run(&mut live, "receive", bytes(&number(1_000)).into(), |_| {}).unwrap();
    assert_eq!(handed.as_slice(), [0]);
}
