//! Streams and pollables of `wasi:io` in other interfaces, in both directions.

use super::streams::{Body, number, result, run, with_end};
use super::world::{Live, Read, Stream, Way, World, bytes, engine};
use crate::tests::host::{Waiter, init};
use crate::value::ends::{we_body_free, we_output_new, we_output_of};
use crate::value::pipe::new_output;
use crate::value::{WeBody, WeStream};
use std::ptr::null_mut;

const TEXT: &str = include_str!("../../../../src/io/engine/testdata/passing.wat");

fn world(concurrency: bool) -> World {
    init();
    World::new(&engine(concurrency), concurrency, TEXT)
}

/// What a guest is to write, and what reads it.
struct Output {
    body: *mut WeBody,
    written: Stream,
}

impl Output {
    fn new() -> Self {
        let (mut written, mut body) = (null_mut(), null_mut());
        assert_eq!(unsafe { we_output_new(&mut written, &mut body, null_mut()) }, 0);
        Output { body, written: Stream::new(*unsafe { Box::<WeStream>::from_raw(written) }) }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        unsafe { we_body_free(self.body) };
    }
}

fn read_all(stream: &Stream, waiter: &Waiter) -> (usize, Read) {
    let mut size = 0;
    loop {
        match stream.read(waiter) {
            Read::Chunk(chunk) => size += chunk.len(),
            end => return (size, end),
        }
    }
}

#[test]
fn a_guest_reads_an_input_stream_that_the_host_feeds() {
    for concurrency in [false, true] {
        let world = world(concurrency);
        let mut live = world.live(Way::Raw);
        let body = Body::new();
        live.script.bodies = [body.raw].into();
        live.script.answers = [vec![0]].into();
        let mut fed = 0;

        let sum = run(&mut live, "count", bytes(&[]).into(), |_| {
            assert_eq!(body.asked.wants, fed + 1, "it asks once for each chunk");
            fed += 1;
            match fed {
                1..=3 => assert_eq!(body.feed(&[1; 70_000]), 0),
                _ => body.finish(),
            }
        });

        assert_eq!(result(sum), number(210_000));
        assert_eq!(body.asked.closed, 1);
    }
}

#[test]
fn an_input_stream_that_is_cut_has_failed() {
    let world = world(false);
    let mut live = world.live(Way::Raw);
    let body = Body::new();
    let mut fed = false;

    let sum =
        run(&mut live, "count-of", with_end(bytes(&[0]), body.end()), |_| match std::mem::replace(
            &mut fed, true,
        ) {
            false => assert_eq!(body.feed(&[1; 10]), 0),
            true => body.fail(),
        });

    assert_eq!(result(sum), number(1_000_010));
}

#[test]
fn an_input_stream_goes_on_to_the_host_and_is_read_as_it_is_fed() {
    let (world, waiter) = (world(false), Waiter::default());
    let mut live = world.live(Way::Raw);
    let body = Body::new();
    live.script.bodies = [body.raw].into();
    live.script.answers = [vec![0], vec![]].into();

    result(run(&mut live, "forward", bytes(&[]).into(), |_| {}));

    assert_eq!(live.script.asked[1], (1, vec![0]));
    let stream = live.script.streams.pop_front().unwrap();
    assert_eq!(stream.read(&waiter), Read::Pending);
    assert_eq!((body.asked.wants, body.feed(b"abc")), (1, 0));
    assert_eq!(stream.read(&waiter), Read::Chunk(b"abc".to_vec()));
    assert_eq!(stream.read(&waiter), Read::Pending);
    assert_eq!((body.asked.wants, body.feed(b"d")), (2, 0));
    body.finish();
    assert_eq!(read_all(&stream, &waiter), (1, Read::Closed));
    drop(stream);
    assert_eq!(body.asked.closed, 1);
}

#[test]
fn an_argument_may_be_the_result() {
    let (world, waiter) = (world(false), Waiter::default());
    let mut live = world.live(Way::Raw);
    let body = Body::new();
    let handed = run(&mut live, "same", with_end(bytes(&[0]), body.end()), |_| {}).unwrap();
    let (bytes, mut streams) = handed.arrive();
    let stream = Stream::new(streams.pop().unwrap());
    assert_eq!(bytes.as_ref(), [0]);
    assert_eq!(body.feed(b"through"), 0);
    assert_eq!(stream.read(&waiter), Read::Chunk(b"through".to_vec()));

    live.store.data().values.open_streams.cut();
    drop(live);

    assert_eq!(stream.read(&waiter), Read::Cut);
}

#[test]
fn what_a_guest_writes_is_read_chunk_by_chunk_and_it_waits_for_it() {
    let (world, waiter) = (world(false), Waiter::default());
    let mut live = world.live(Way::Raw);
    let output = Output::new();
    live.script.bodies = [output.body].into();
    live.script.answers = [vec![0]].into();
    let mut chunks = Vec::new();

    let written = run(&mut live, "write", bytes(&number(50)).into(), |_| {
        match output.written.read(&waiter) {
            Read::Chunk(chunk) => chunks.push(chunk.len()),
            other => panic!("the guest waits and there is {other:?}"),
        }
    });

    assert_eq!(result(written), number(50));
    assert_eq!(chunks, [4096; 50]);
    assert_eq!(output.written.read(&waiter), Read::Closed);
}

#[test]
fn a_guest_hears_that_nobody_reads_what_it_writes() {
    let (world, waiter) = (world(false), Waiter::default());
    let mut live = world.live(Way::Raw);
    let mut output = Output::new();
    live.script.bodies = [output.body].into();
    live.script.answers = [vec![0]].into();

    let written = run(&mut live, "write", bytes(&number(50)).into(), |_| {
        assert!(matches!(output.written.read(&waiter), Read::Chunk(_)));
        output.written = Stream::new(WeStream::of_pipe(new_output().1));
    });

    assert_eq!(result(written), number(1));
}

#[test]
fn what_a_guest_wrote_before_it_trapped_is_cut() {
    let (world, waiter) = (world(false), Waiter::default());
    let mut live = world.live(Way::Raw);
    let output = Output::new();
    live.script.bodies = [output.body].into();
    live.script.answers = [vec![0]].into();
    let mut size = 0;
    let mut read = |_: &mut _| size += read_all(&output.written, &waiter).0;
    assert!(run(&mut live, "write-and-trap", bytes(&[]).into(), &mut read).is_err());

    live.store.data().values.open_streams.cut();
    drop(live);

    assert_eq!(read_all(&output.written, &waiter), (0, Read::Cut));
    assert_eq!(size, 4096);
}

/// `pieces` of 4,096 bytes, written by another guest; and whether the first one is gone by then.
fn written_by_another(pieces: u64, is_gone: bool) -> (Vec<u8>, usize) {
    let (world, waiter) = (world(false), Waiter::default());
    let mut live: Live = world.live(Way::Raw);
    let output = Output::new();
    live.script.bodies = [output.body].into();
    live.script.answers = [vec![0], vec![]].into();
    result(run(&mut live, "hand-on", bytes(&[]).into(), |_| {}));
    assert_eq!(live.script.asked[1], (3, vec![0]));
    let passed = live.script.streams.pop_front().unwrap();
    assert_eq!(passed.read(&waiter), Read::Closed, "there is nothing to read of it");
    let body = unsafe { we_output_of(passed.into_raw()) };
    if is_gone {
        live.store.data().values.open_streams.cut();
    }

    let mut other = world.live(Way::Raw);
    let end = unsafe { &*body }.take_end().unwrap();
    let arguments = [vec![0], number(pieces)].concat();
    let mut size = 0;
    let done = run(&mut other, "fill", super::streams::with(bytes(&arguments), end), |_| {
        size += read_all(&output.written, &waiter).0;
    });
    unsafe { we_body_free(body) };
    (result(done), size)
}

#[test]
fn an_output_stream_goes_from_guest_to_guest() {
    assert_eq!(written_by_another(5, false), (number(5), 5 * 4096));
    assert_eq!(written_by_another(5, true), (number(0), 0));
}

#[test]
fn a_guest_waits_for_a_pollable_of_the_host() {
    for is_fed in [false, true] {
        let world = world(false);
        let mut live = world.live(Way::Raw);
        let body = Body::new();
        live.script.bodies = [body.raw].into();
        live.script.answers = [vec![0]].into();
        let mut turns = 0;

        let waited = run(&mut live, "wait", bytes(&[]).into(), |_| {
            turns += 1;
            if turns == 3 && is_fed {
                assert_eq!(body.feed(&[1]), 0);
            } else if turns == 3 {
                body.finish();
            }
        });

        result(waited);
        assert_eq!((turns, body.asked.closed), (3, 1));
    }
}

#[test]
fn an_end_of_another_direction_ends_the_guest() {
    let (world, read, written) = (world(false), Body::new(), Output::new());
    for (name, body) in [("write", read.raw), ("count", written.body)] {
        let mut live = world.live(Way::Raw);
        live.script.bodies = [body].into();
        live.script.answers = [vec![0]].into();
        let arguments = if name == "write" { number(1) } else { Vec::new() };

        let error = run(&mut live, name, bytes(&arguments).into(), |_| {}).err().unwrap();

        let message = format!("{error:#}");
        assert!(message.contains("has an end of another direction"), "{message}");
    }
}
