//! Resources of the C side: lent, given, returned and dropped; those of a component are refused.

use super::world::{Fate, Live, Way, World, bytes, engine};
use crate::error::{Fault, Status, TrapKind};
use crate::value::argument_fault_of;
use crate::value::handles::HANDLE_BYTES_MAX;
use crate::value::wire::{put_bytes, put_unsigned};
use futures::executor::block_on;
use futures::task::noop_waker_ref;
use std::pin::pin;
use std::task::Context;

const TEXT: &str = include_str!("../../../../src/io/engine/testdata/resources.wat");

fn world() -> World {
    World::new(&engine(false), false, TEXT)
}

/// Bytes with their count before them.
fn counted(bytes: &[u8]) -> Vec<u8> {
    [&[bytes.len() as u8], bytes].concat()
}

impl Live<'_> {
    fn ask(&mut self, world: &World, name: &str, arguments: &[u8]) -> wasmtime::Result<Vec<u8>> {
        self.call(Way::Raw, world.number(name), arguments)
    }

    /// What is found before the guest is entered: it serves the next call as if nothing had been.
    fn refused(&mut self, world: &World, name: &str, arguments: &[u8]) -> Fault {
        let error = self.ask(world, name, arguments).unwrap_err();
        let fault = argument_fault_of(&error).unwrap_or_else(|| panic!("{error:?}"));
        assert!(matches!(fault.status, Status::Invalid | Status::Handles), "{}", fault.message);
        assert_eq!(self.ask(world, "dropped", &[]).unwrap(), [0]);
        fault
    }

    fn answer(&mut self, answers: &[&[u8]]) {
        self.script.answers = answers.iter().map(|bytes| counted(bytes)).collect();
    }
}

#[test]
fn a_handle_is_the_hosts_bytes_for_the_host() {
    let world = world();
    let mut live = world.live(Way::Raw);
    live.answer(&[b"handle-1", b"value"]);

    let result = live.ask(&world, "visit", &counted(b"shop")).unwrap();

    assert_eq!(result, counted(b"value"));
    let get = [counted(b"handle-1"), counted(b"key")].concat();
    assert_eq!(live.script.asked, [(0, counted(b"shop")), (1, get)]);
    assert_eq!(live.script.dropped, [(0, b"handle-1".to_vec())]);
}

#[test]
fn a_handle_that_goes_back_is_not_dropped() {
    let world = world();
    let mut live = world.live(Way::Raw);
    live.answer(&[b"a handle"]);
    live.script.answers.push_back(Vec::new());

    live.ask(&world, "hand-back", &counted(b"shop")).unwrap();

    let close = [counted(b"key"), counted(b"a handle")].concat();
    assert_eq!(live.script.asked[1], (2, close));
    drop(live.store);
    assert!(live.script.dropped.is_empty());
}

#[test]
fn what_a_guest_keeps_is_dropped_with_its_store() {
    let world = world();
    let mut live = world.live(Way::Raw);
    live.answer(&[b"one", b"two"]);
    live.ask(&world, "leak", &counted(b"shop")).unwrap();
    live.ask(&world, "leak", &counted(b"shop")).unwrap();
    live.ask(&world, "keep", &counted(b"three")).unwrap();
    assert!(live.script.dropped.is_empty());

    drop(live.store);

    let dropped: Vec<_> = live.script.dropped.iter().map(|(_, handle)| handle.as_slice()).collect();
    assert_eq!(dropped, [b"one".as_slice(), b"two", b"three"]);
}

#[test]
fn a_handle_lent_for_a_call_ends_with_it() {
    let world = world();
    let mut live = world.live(Way::Raw);
    for round in 0..3_000_u32 {
        live.answer(&[b"value"]);
        live.script.asked.clear();
        let handle = counted(&round.to_le_bytes());

        let result = live.ask(&world, "look", &handle).unwrap();

        assert_eq!(result, counted(b"value"));
        assert_eq!(live.script.asked, [(1, [handle, counted(b"key")].concat())]);
    }
    drop(live.store);
    assert!(live.script.dropped.is_empty());
}

#[test]
fn a_handle_may_pass_through_a_guest() {
    let world = world();
    let mut live = world.live(Way::Raw);
    for size in [0, 1, 63, 64, 127, 128, HANDLE_BYTES_MAX] {
        let mut handle = Vec::new();
        put_bytes(&mut handle, &vec![7; size]);
        assert_eq!(live.ask(&world, "relay", &handle).unwrap(), handle);
    }
    drop(live.store);
    assert!(live.script.dropped.is_empty());
}

#[test]
fn a_handle_that_is_too_long_is_refused() {
    let world = world();
    let mut handle = Vec::new();
    put_bytes(&mut handle, &[7; HANDLE_BYTES_MAX + 1]);

    let message = world.live(Way::Raw).refused(&world, "relay", &handle).message;

    assert!(message.contains("at most 256"), "{message}");
}

#[test]
fn handles_are_bounded() {
    let world = world();
    let mut live = world.live(Way::Raw);
    live.script.answers = (0..1_001).map(|_| counted(b"h")).collect();

    let error = live.ask(&world, "hoard", &[0xe9, 7]).unwrap_err();

    let fault = Fault::of_guest(&error, false);
    assert_eq!((fault.status, fault.trap), (Status::Handles, TrapKind::Host));
    assert!(fault.message.contains("more than 1000 handles"), "{}", fault.message);
    drop(live.store);
    assert_eq!(live.script.dropped.len(), 1_001);
}

#[test]
fn a_resource_of_the_component_itself_is_refused_by_name() {
    let world = world();
    let mut live = world.live(Way::Raw);
    for (name, arguments) in [("count", &[42][..]), ("value", &counted(b"invented"))] {
        let message = live.refused(&world, name, arguments).message;
        let reason =
            "it uses 'counter', a resource of the component itself, which cannot be carried";
        assert!(message.contains(reason), "{message}");
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn of_two_calls_together_each_has_handles_of_its_own() {
    let world = World::new(&engine(true), true, TEXT);
    let mut live = world.live(Way::Raw);
    let (store, calls, number) = (&mut live.store, &live.calls, world.number("relay"));

    let together = store.run_concurrent(async |accessor| {
        let call = |handle| calls.call_concurrent(accessor, number, bytes(&counted(handle)).into());
        futures::join!(call(b"one"), call(b"other"))
    });

    let (first, second) = block_on(together).unwrap();
    assert_eq!(first.unwrap().as_slice(), counted(b"one"));
    assert_eq!(second.unwrap().as_slice(), counted(b"other"));
}

#[test]
fn more_handles_than_may_be_are_refused_before_the_guest_has_any() {
    let world = world();
    let mut live = world.live(Way::Raw);
    let many = |count: u64| {
        let mut bytes = Vec::new();
        put_unsigned(&mut bytes, count);
        (0..count).for_each(|_| bytes.extend_from_slice(b"\x01h"));
        bytes
    };

    let fault = live.refused(&world, "keep-all", &many(1_001));

    assert_eq!(fault.status, Status::Handles);
    assert!(live.ask(&world, "keep-all", &many(1_000)).is_ok());
    assert_eq!(live.refused(&world, "keep", b"\x01h").status, Status::Handles);
    assert!(live.script.dropped.is_empty());
    drop(live.store);
    assert_eq!(live.script.dropped.len(), 1_000);
}

#[test]
fn arguments_that_need_too_much_of_the_guests_memory_are_refused() {
    let world = world();
    let mut live = world.live(Way::Raw);
    let mut name = Vec::new();
    put_bytes(&mut name, &vec![b'a'; (16 << 20) + 1]);

    let message = live.refused(&world, "visit", &name).message;

    assert!(message.contains("more memory of the guest"), "{message}");
}

/// Takes many handles with a text behind them, and gives one before a text.
const MANY: &str = r#"(component
(import "test:res/kv" (instance $kv
  (export "bucket" (type $bucket (sub resource)))
  (export "all" (func (result (tuple (list (own $bucket)) string))))
  (export "close" (func (param "bucket" (own $bucket)) (param "reason" string)))))
(alias export $kv "bucket" (type $bucket))
(core module $libc_module
  (memory (export "memory") 2)
  (data (i32.const 512) "\ff")
  (global $heap (mut i32) (i32.const 1024))
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get 3)))
    (local.get $at)))
(core instance $libc (instantiate $libc_module))
(core func $all (canon lower (func $kv "all")
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(core func $close (canon lower (func $kv "close") (memory (core memory $libc "memory"))))
(core module $main_module
  (import "host" "all" (func $all (param i32)))
  (import "host" "close" (func $close (param i32 i32 i32)))
  (func (export "take") (call $all (i32.const 16)))
  (func (export "give") (param i32) (call $close (local.get 0) (i32.const 512) (i32.const 1))))
(core instance $main (instantiate $main_module
  (with "host" (instance (export "all" (func $all)) (export "close" (func $close))))))
(func (export "take") (canon lift (core func $main "take")))
(func (export "give") (param "bucket" (own $bucket)) (canon lift (core func $main "give"))))"#;

/// An answer of `all` with handles that are numbers.
fn handles_then(count: u64, rest: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_unsigned(&mut bytes, count);
    (0..count).for_each(|number| put_bytes(&mut bytes, &number.to_le_bytes()));
    [&bytes, rest].concat()
}

/// The numbers of the handles that were told as dropped, in order.
fn dropped(live: Live<'_>) -> Vec<u64> {
    let Live { store, script, calls, .. } = live;
    drop((store, calls));
    let number = |handle: &Vec<u8>| u64::from_le_bytes(handle[..].try_into().unwrap());
    let mut numbers: Vec<_> = script.dropped.iter().map(|(_, handle)| number(handle)).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn each_handle_of_an_answer_that_fails_halfway_is_dropped_once() {
    let world = World::new(&engine(false), false, MANY);
    let cases = [
        (3, &b"\x02ok"[..], true),
        (3, b"\x01\xff", false),
        (3, b"", false),
        (3, b"\x02ok and more", false),
        (1_003, b"\x02ok", false),
    ];
    for (count, rest, fits) in cases {
        let mut live = world.live(Way::Raw);
        live.script.answers.push_back(handles_then(count, rest));

        assert_eq!(live.ask(&world, "take", &[]).is_ok(), fits, "{count} {rest:?}");

        assert_eq!(dropped(live), (0..count).collect::<Vec<_>>(), "{count} {rest:?}");
    }
}

#[test]
fn the_handles_of_an_answer_that_nobody_takes_are_dropped() {
    for concurrency in [false, true] {
        let world = World::new(&engine(concurrency), concurrency, MANY);
        let mut live = world.live(Way::Raw);
        live.script.defers = true;
        {
            let take = live.number("take");
            let mut call = pin!(live.calls.call(&mut live.store, take, bytes(&[]).into()));
            assert!(call.as_mut().poll(&mut Context::from_waker(noop_waker_ref())).is_pending());
            let token = live.script.tokens.pop_front().unwrap();
            assert_eq!(token.complete(&handles_then(3, b"\x02ok")), Fate::Taken);
        }
        assert_eq!(dropped(live), [0, 1, 2]);
    }
}

#[test]
fn a_handle_before_an_argument_that_fails_is_dropped_once() {
    let world = World::new(&engine(false), false, MANY);
    let mut live = world.live(Way::Raw);
    let mut handle = Vec::new();
    put_bytes(&mut handle, &7_u64.to_le_bytes());

    assert!(live.ask(&world, "give", &handle).is_err());

    assert!(live.script.asked.is_empty());
    assert_eq!(dropped(live), [7]);
}

#[test]
fn the_handle_of_a_result_that_nobody_takes_is_dropped() {
    let world = world();
    let mut live = world.live(Way::Raw);
    let relay = world.number("relay");

    let handed = block_on(live.calls.call(&mut live.store, relay, bytes(b"\x01h").into()));

    assert!(live.script.dropped.is_empty());
    drop(handed.unwrap());
    assert_eq!(live.script.dropped, [(0, b"h".to_vec())]);
}
