//! Guests whose allocator lies. `mode` chooses how; `take` gets a list of lists, `fetch` asks an import
//! for one; both return how many numbers they see.

use super::world::{Live, Way, World, engine};
use wasmtime::Result;

const TEXT: &str = r#"(component
(import "test:liar/host" (instance $host (export "get" (func (result (list (list u64)))))))
(core module $libc_module
  (memory (export "memory") 1)
  (global $heap (mut i32) (i32.const 1024))
  (global $mode (mut i32) (i32.const 0))
  (func (export "mode") (param i32) (global.set $mode (local.get 0)))
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get 3)))
    (if (i32.eq (global.get $mode) (i32.const 1)) (then (return (i32.const 1025))))
    (if (i32.eq (global.get $mode) (i32.const 2)) (then (return (i32.const 65528))))
    (if (i32.eq (global.get $mode) (i32.const 3)) (then (return (i32.const -8))))
    (if (i32.eq (global.get $mode) (i32.const 4)) (then unreachable))
    (if (i32.eq (global.get $mode) (i32.const 5)) (then (return (i32.const 2048))))
    (if (i32.eq (global.get $mode) (i32.const 6)) (then
      (return (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))))
    (if (i32.eq (global.get $mode) (i32.const 7)) (then
      (memory.fill (i32.const 0) (i32.const 255) (i32.const 65536))))
    (local.get $at)))
(core instance $libc (instantiate $libc_module))
(core func $get (canon lower (func $host "get")
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(core module $main_module
  (import "libc" "memory" (memory 1))
  (import "host" "get" (func $get (param i32)))
  (func $take (export "take") (param $at i32) (param $count i32) (result i32)
    (local $sum i32)
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $count)))
      (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $next)))
    (local.get $sum))
  (func (export "fetch") (result i32)
    (call $get (i32.const 16))
    (call $take (i32.load (i32.const 16)) (i32.load (i32.const 20)))))
(core instance $main (instantiate $main_module
  (with "libc" (instance $libc)) (with "host" (instance (export "get" (func $get))))))
(func (export "mode") (param "mode" u32) (canon lift (core func $libc "mode")))
(func (export "take") (param "lists" (list (list u64))) (result u32) (canon lift (core func $main "take")
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(func (export "fetch") (result u32) (canon lift (core func $main "fetch"))))"#;

/// Three lists of two, none and three numbers.
const LISTS: [u8; 9] = [3, 2, 1, 2, 0, 3, 4, 5, 6];
const NUMBERS: [u8; 1] = [5];

/// What `take` and `fetch` do with an allocator of this mode.
fn outcomes(mode: u8) -> [Result<Vec<u8>>; 2] {
    let world = World::new(&engine(false), false, TEXT);
    let outcome = |name: &str, arguments: &[u8]| {
        let mut live: Live = world.live(Way::Raw);
        live.call(Way::Raw, world.number("mode"), &[mode]).unwrap();
        live.script.answers = [LISTS.to_vec()].into();
        live.call(Way::Raw, world.number(name), arguments)
    };
    [outcome("take", &LISTS), outcome("fetch", &[])]
}

fn assert_refused(mode: u8, reason: &str) {
    for outcome in outcomes(mode) {
        let error = format!("{:?}", outcome.unwrap_err());
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn an_honest_allocator_gets_its_values() {
    for outcome in outcomes(0) {
        assert_eq!(outcome.unwrap(), NUMBERS);
    }
}

#[test]
fn an_allocator_that_moves_the_end_of_memory_gets_its_values() {
    for outcome in outcomes(6) {
        assert_eq!(outcome.unwrap(), NUMBERS);
    }
}

#[test]
fn a_pointer_that_is_not_aligned_is_refused() {
    assert_refused(1, "not aligned");
}

#[test]
fn a_pointer_beyond_memory_is_refused() {
    assert_refused(2, "beyond end of memory");
    assert_refused(3, "beyond end of memory");
}

#[test]
fn a_trap_of_the_allocator_is_the_guests_trap() {
    assert_refused(4, "unreachable");
}

#[test]
fn one_place_for_everything_harms_only_the_guest() {
    for outcome in outcomes(5) {
        // The last list overwrote the first entries: the guest counts nonsense.
        outcome.unwrap();
    }
}

#[test]
fn memory_that_changes_under_the_codec_harms_only_the_guest() {
    for outcome in outcomes(7) {
        outcome.unwrap();
    }
}
