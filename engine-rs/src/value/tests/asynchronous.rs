//! Async functions as 0.3 guests use them: imports lowered and exports lifted the asynchronous way, and
//! several calls in one instance.

use super::world::{Fate, Live, Way, World, bytes, engine};
use crate::error::{Fault, Status};
use futures::task::noop_waker_ref;
use std::pin::pin;
use std::task::{Context, Poll};
use wasmtime::Result;

/// `run` asks `fetch` and returns its answer, or waits for it; `wide` returns seventeen numbers.
const TEXT: &str = r#"(component
(import "test:async/host" (instance $host
  (export "fetch" (func async (param "number" u32) (param "name" string) (result string)))))
(core module $libc_module
  (memory (export "memory") 1)
  (data (i32.const 512) "key")
  (global $heap (mut i32) (i32.const 4096))
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get 3)))
    (local.get $at)))
(core instance $libc (instantiate $libc_module))
(core func $fetch (canon lower (func $host "fetch") async
  (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(core func $return (canon task.return (result string) (memory (core memory $libc "memory"))))
(type $wide (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32))
(core func $return_wide (canon task.return (result $wide) (memory (core memory $libc "memory"))))
(core func $new_set (canon waitable-set.new))
(core func $join (canon waitable.join))
(core func $drop (canon subtask.drop))
(core module $main_module
  (import "libc" "memory" (memory 1))
  (import "host" "fetch" (func $fetch (param i32 i32 i32 i32) (result i32)))
  (import "host" "return" (func $return (param i32 i32)))
  (import "host" "return-wide" (func $return_wide (param i32)))
  (import "host" "new-set" (func $new_set (result i32)))
  (import "host" "join" (func $join (param i32 i32)))
  (import "host" "drop" (func $drop (param i32)))
  ;; Where the answer to a subtask goes: by its handle, eight bytes each.
  (global $next (mut i32) (i32.const 1024))
  (global $set (mut i32) (i32.const 0))
  (func (export "run") (param $number i32) (result i32)
    (local $status i32) (local $answer i32)
    (local.set $answer (global.get $next))
    (global.set $next (i32.add (global.get $next) (i32.const 8)))
    (local.set $status
      (call $fetch (local.get $number) (i32.const 512) (i32.const 3) (local.get $answer)))
    (if (i32.eq (i32.and (local.get $status) (i32.const 15)) (i32.const 2)) (then
      (call $return (i32.load (local.get $answer)) (i32.load offset=4 (local.get $answer)))
      (return (i32.const 0))))
    (local.set $status (i32.shr_u (local.get $status) (i32.const 4)))
    (i32.store (i32.add (i32.const 2048) (i32.mul (local.get $status) (i32.const 4))) (local.get $answer))
    (global.set $set (call $new_set))
    (call $join (local.get $status) (global.get $set))
    (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))
  (func (export "wait") (param $event i32) (param $subtask i32) (param $state i32) (result i32)
    (local $answer i32)
    (if (i32.ne (local.get $state) (i32.const 2)) (then unreachable))
    (call $drop (local.get $subtask))
    (local.set $answer
      (i32.load (i32.add (i32.const 2048) (i32.mul (local.get $subtask) (i32.const 4)))))
    (call $return (i32.load (local.get $answer)) (i32.load offset=4 (local.get $answer)))
    (i32.const 0))
  (func (export "wide") (param $first i32) (result i32)
    (local $at i32)
    (loop $more
      (i32.store (i32.add (i32.const 3072) (i32.shl (local.get $at) (i32.const 2)))
        (i32.add (local.get $first) (local.get $at)))
      (br_if $more (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 17))))
    (call $return_wide (i32.const 3072))
    (i32.const 0))
  (func (export "never") (param i32 i32 i32) (result i32) unreachable))
(core instance $main (instantiate $main_module
  (with "libc" (instance $libc))
  (with "host" (instance
    (export "fetch" (func $fetch)) (export "return" (func $return))
    (export "return-wide" (func $return_wide)) (export "new-set" (func $new_set))
    (export "join" (func $join)) (export "drop" (func $drop))))))
(func (export "run") async (param "number" u32) (result string)
  (canon lift (core func $main "run") async (callback (core func $main "wait"))
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
(func (export "wide") async (param "first" u32) (result $wide)
  (canon lift (core func $main "wide") async (callback (core func $main "never"))
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))"#;

fn world() -> World {
    World::new(&engine(true), true, TEXT)
}

/// Starts one call of `run` for each number; `script` acts whenever all wait.
fn run(
    live: &mut Live,
    numbers: &[u8],
    mut script: impl FnMut(&mut super::world::Script),
) -> Vec<Vec<u8>> {
    let (calls, script_state) = (&live.calls, &mut live.script);
    let mut all = pin!(live.store.run_concurrent(async |accessor| {
        let calls = numbers
            .iter()
            .map(|number| calls.call_concurrent(accessor, 0, bytes(&[*number]).into()));
        futures::future::join_all(calls).await
    }));
    loop {
        match all.as_mut().poll(&mut Context::from_waker(noop_waker_ref())) {
            Poll::Ready(results) => {
                let bytes = |result: Result<crate::value::handed::Handed>| {
                    result.unwrap().as_slice().to_vec()
                };
                return results.unwrap().into_iter().map(bytes).collect();
            }
            Poll::Pending => script(script_state),
        }
    }
}

#[test]
fn an_async_import_may_answer_at_once() {
    let world = world();
    let mut live = world.live(Way::Raw);
    live.script.answers = [b"\x02hi".to_vec(), b"\x02ho".to_vec()].into();

    assert_eq!(live.call(Way::Raw, 0, &[7]).unwrap(), b"\x02hi");
    assert_eq!(run(&mut live, &[8], |_| panic!("nothing waits")), [b"\x02ho"]);

    assert_eq!(live.script.asked, [(0, b"\x07\x03key".to_vec()), (0, b"\x08\x03key".to_vec())]);
}

#[test]
fn calls_of_one_instance_end_in_the_order_of_their_answers() {
    let world = world();
    let mut live = world.live(Way::Raw);
    live.script.defers = true;
    let mut rounds = 0;

    let results = run(&mut live, &[1, 2, 3], |script| {
        rounds += 1;
        let Some(token) = script.tokens.pop_back() else { return };
        let (_, asked) = script.asked.pop().unwrap();
        assert_eq!(token.complete(&[1, b'a' + asked[0]]), Fate::Taken);
    });

    assert_eq!(results, [b"\x01b", b"\x01c", b"\x01d"]);
    assert!(rounds >= 3, "{rounds}");
}

#[test]
fn a_deferred_answer_reaches_a_single_call() {
    let world = world();
    let mut live = world.live(Way::Raw);
    live.script.defers = true;
    let mut call = pin!(live.calls.call(&mut live.store, 0, bytes(&[5]).into()));
    let mut cx = Context::from_waker(noop_waker_ref());

    assert!(call.as_mut().poll(&mut cx).is_pending());
    assert_eq!(live.script.tokens.pop_front().unwrap().complete(b"\x04late"), Fate::Taken);
    let Poll::Ready(result) = call.as_mut().poll(&mut cx) else { panic!("it was answered") };

    assert_eq!(result.unwrap().as_slice(), b"\x04late");
}

#[test]
fn results_that_do_not_fit_the_slots_come_from_memory() {
    let world = world();
    let mut live = world.live(Way::Raw);
    let expected: Vec<u8> = (40..57).collect();

    assert_eq!(live.call(Way::Raw, world.number("wide"), &[40]).unwrap(), expected);
}

#[test]
fn the_arguments_of_calls_that_wait_for_their_answers_have_a_budget() {
    let text = TEXT.replace("(i32.const 512) (i32.const 3)", "(i32.const 512) (i32.const 6000)");
    let world = World::new(&engine(true), true, &text);
    let mut live = world.live(Way::Raw);
    live.store.data_mut().values.bytes_max = 6_500;
    live.script.defers = true;
    // A call's arguments are 6,003 bytes; four times 6,500 are the budget.
    let mut rounds = 0;
    let answered = run(&mut live, &[1, 2, 3, 4], |script| {
        rounds += 1;
        script.tokens.drain(..).for_each(|token| assert_eq!(token.complete(b"\0"), Fate::Taken));
    });
    assert_eq!((answered.len(), rounds), (4, 1));

    let calls = &live.calls;
    let mut all = pin!(live.store.run_concurrent(async |accessor| {
        let calls = (1..=5).map(|it| calls.call_concurrent(accessor, 0, bytes(&[it]).into()));
        futures::future::try_join_all(calls).await
    }));
    let Poll::Ready(ended) = all.as_mut().poll(&mut Context::from_waker(noop_waker_ref())) else {
        panic!("the fifth call is one too many");
    };
    let error = ended.and_then(|calls| calls).err().unwrap();
    let fault = Fault::of_guest(&error, false);
    assert_eq!(fault.status, Status::HostData);
    assert!(fault.message.contains("more than 26000 bytes of arguments"), "{}", fault.message);
}
