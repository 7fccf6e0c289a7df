//! Resources of both sides: lent, given, returned and dropped.

use super::world::{Live, Way, World, engine, octets};
use crate::error::Status;
use crate::value::handles::HANDLE_OCTETS_MAX;
use crate::value::{Calls, fault_of};
use futures::executor::block_on;

/// A guest of a key-value store, and the owner of a resource of its own.
const TEXT: &str = r#"(component
(import "test:res/kv" (instance $kv
  (export "bucket" (type $bucket (sub resource)))
  (export "open" (func (param "name" string) (result (own $bucket))))
  (export "[method]bucket.get" (func (param "self" (borrow $bucket)) (param "key" string) (result string)))
  (export "close" (func (param "data" (list u8)) (param "bucket" (own $bucket))))))
(alias export $kv "bucket" (type $bucket))
(import "test:res/more" (instance $more
  (alias outer 1 $bucket (type $known))
  (export "pail" (type $pail (eq $known)))
  (export "shelf" (type $shelf (sub resource)))
  (export "store" (func (param "pail" (own $pail)) (result (own $shelf))))))
(core module $libc_module
  (memory (export "memory") 2)
  (data (i32.const 512) "key")
  (global $heap (mut i32) (i32.const 1024))
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get 3)))
    (local.get $at)))
(core instance $libc (instantiate $libc_module))
(core func $open (canon lower (func $kv "open") (memory (core memory $libc "memory"))))
(core func $get (canon lower (func $kv "[method]bucket.get")
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(core func $close (canon lower (func $kv "close") (memory (core memory $libc "memory"))))
(core func $drop_bucket (canon resource.drop $bucket))
(core module $counter_module
  (memory 1)
  (global $dropped (mut i32) (i32.const 0))
  (func (export "dtor") (param i32) (global.set $dropped (local.get 0)))
  (func (export "dropped") (result i32) (global.get $dropped)))
(core instance $counter_core (instantiate $counter_module))
(type $counter_type (resource (rep i32) (dtor (core func $counter_core "dtor"))))
(core func $new_counter (canon resource.new $counter_type))
(core func $rep_counter (canon resource.rep $counter_type))
(core func $drop_counter (canon resource.drop $counter_type))
(core module $main_module
  (import "libc" "memory" (memory 1))
  (import "host" "open" (func $open (param i32 i32) (result i32)))
  (import "host" "get" (func $get (param i32 i32 i32 i32)))
  (import "host" "close" (func $close (param i32 i32 i32)))
  (import "host" "drop" (func $drop (param i32)))
  (import "host" "rep-counter" (func $rep_counter (param i32) (result i32)))
  (import "host" "new-counter" (func $new_counter (param i32) (result i32)))
  (import "host" "drop-counter" (func $drop_counter (param i32)))
  (func $use (param $bucket i32) (result i32)
    (call $get (local.get $bucket) (i32.const 512) (i32.const 3) (i32.const 16))
    (i32.const 16))
  (func (export "visit") (param i32 i32) (result i32)
    (local $bucket i32)
    (local.set $bucket (call $open (local.get 0) (local.get 1)))
    (drop (call $use (local.get $bucket)))
    (call $drop (local.get $bucket))
    (i32.const 16))
  (func (export "hand-back") (param i32 i32)
    (call $close (i32.const 512) (i32.const 3) (call $open (local.get 0) (local.get 1))))
  (func (export "leak") (param i32 i32) (drop (call $open (local.get 0) (local.get 1))))
  (func (export "hoard") (param i32)
    (loop $more
      (drop (call $open (i32.const 512) (i32.const 3)))
      (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "keep") (param i32))
  (func (export "look") (param i32) (result i32)
    (drop (call $use (local.get 0)))
    (call $drop (local.get 0))
    (i32.const 16))
  (func (export "relay") (param i32) (result i32) (local.get 0))
  (func (export "count") (param i32) (result i32) (call $new_counter (local.get 0)))
  (func (export "value") (param i32) (result i32) (local.get 0))
  (func (export "finish") (param i32) (result i32)
    (local $rep i32)
    (local.set $rep (call $rep_counter (local.get 0)))
    (call $drop_counter (local.get 0))
    (local.get $rep)))
(core instance $main (instantiate $main_module
  (with "libc" (instance $libc))
  (with "host" (instance
    (export "open" (func $open)) (export "get" (func $get)) (export "close" (func $close))
    (export "drop" (func $drop_bucket)) (export "new-counter" (func $new_counter))
    (export "rep-counter" (func $rep_counter)) (export "drop-counter" (func $drop_counter))))))
(func (export "visit") (param "name" string) (result string) (canon lift (core func $main "visit")
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(func (export "hand-back") (param "name" string) (canon lift (core func $main "hand-back")
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(func (export "leak") (param "name" string) (canon lift (core func $main "leak")
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(func (export "hoard") (param "count" u32) (canon lift (core func $main "hoard")))
(func (export "keep") (param "bucket" (own $bucket)) (canon lift (core func $main "keep")))
(func (export "look") (param "bucket" (borrow $bucket)) (result string) (canon lift (core func $main "look")
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(func (export "relay") (param "bucket" (own $bucket)) (result (own $bucket))
  (canon lift (core func $main "relay")))
(export $counter "counter" (type $counter_type))
(func (export "count") (param "start" u32) (result (own $counter)) (canon lift (core func $main "count")))
(func (export "value") (param "counter" (borrow $counter)) (result u32)
  (canon lift (core func $main "value")))
(func (export "finish") (param "counter" (own $counter)) (result u32)
  (canon lift (core func $main "finish")))
(func (export "dropped") (result u32) (canon lift (core func $counter_core "dropped"))))"#;

fn world() -> World {
    World::new(&engine(false), false, TEXT)
}

/// Octets with their count before them.
fn counted(octets: &[u8]) -> Vec<u8> {
    [&[octets.len() as u8], octets].concat()
}

impl Live<'_> {
    fn ask(&mut self, world: &World, name: &str, arguments: &[u8]) -> wasmtime::Result<Vec<u8>> {
        self.call(Way::Raw, world.number(name), arguments)
    }

    fn answer(&mut self, answers: &[&[u8]]) {
        self.script.answers = answers.iter().map(|octets| counted(octets)).collect();
    }
}

#[test]
fn a_handle_is_the_hosts_octets_for_the_host() {
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
    for size in [0, 1, 63, 64, 127, 128, HANDLE_OCTETS_MAX] {
        let mut handle = Vec::new();
        crate::value::wire::put_octets(&mut handle, &vec![7; size]);
        assert_eq!(live.ask(&world, "relay", &handle).unwrap(), handle);
    }
    drop(live.store);
    assert!(live.script.dropped.is_empty());
}

#[test]
fn a_handle_that_is_too_long_is_refused() {
    let world = world();
    let mut handle = Vec::new();
    crate::value::wire::put_octets(&mut handle, &[7; HANDLE_OCTETS_MAX + 1]);

    let error = world.live(Way::Raw).ask(&world, "relay", &handle).unwrap_err();

    assert!(format!("{error:?}").contains("at most 256"), "{error:?}");
}

#[test]
fn handles_are_bounded() {
    let world = world();
    let mut live = world.live(Way::Raw);
    live.script.answers = (0..1_001).map(|_| counted(b"h")).collect();

    let error = live.ask(&world, "hoard", &[0xe9, 7]).unwrap_err();

    assert!(format!("{error:?}").contains("more than 1000 handles"), "{error:?}");
    drop(live.store);
    assert_eq!(live.script.dropped.len(), 1_001);
}

#[test]
fn a_guests_own_resource_is_lent_taken_and_gone() {
    let world = world();
    let mut live = world.live(Way::Raw);
    let counter = live.ask(&world, "count", &[42]).unwrap();
    assert_eq!(counter.len(), 17);

    assert_eq!(live.ask(&world, "value", &counter).unwrap(), [42]);
    assert_eq!(live.ask(&world, "value", &counter).unwrap(), [42]);
    assert_eq!(live.ask(&world, "finish", &counter).unwrap(), [42]);

    assert_eq!(live.ask(&world, "dropped", &[]).unwrap(), [42]);
    let error = live.ask(&world, "value", &counter).unwrap_err();
    assert!(format!("{error:?}").contains("given back already"), "{error:?}");
}

#[test]
fn the_host_drops_a_guests_resource() {
    let world = world();
    let mut live = world.live(Way::Raw);
    let counter = live.ask(&world, "count", &[9]).unwrap();

    block_on(Calls::drop_handle(&mut live.store, &counter[1..])).unwrap();

    assert_eq!(live.ask(&world, "dropped", &[]).unwrap(), [9]);
    let error = block_on(Calls::drop_handle(&mut live.store, &counter[1..])).unwrap_err();
    assert_eq!(fault_of(&error).unwrap().status, Status::Invalid);
}

#[test]
fn a_handle_of_another_instance_is_refused() {
    let world = world();
    let counter = world.live(Way::Raw).ask(&world, "count", &[1]).unwrap();
    let mut other = world.live(Way::Raw);
    other.ask(&world, "count", &[1]).unwrap();

    let error = other.ask(&world, "value", &counter).unwrap_err();

    assert!(format!("{error:?}").contains("belongs to another instance"), "{error:?}");
}

#[test]
fn an_invented_handle_is_refused() {
    let world = world();
    for handle in [octets(b""), octets(b"no"), octets(&[0; 16]), octets(&[255; 16])] {
        let handle = counted(handle.as_ref());
        assert!(world.live(Way::Raw).ask(&world, "value", &handle).is_err());
    }
}
