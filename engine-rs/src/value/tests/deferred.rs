//! Answers that come later, from elsewhere, or never.

use super::world::{Fate, Live, Token, Way, World, bytes, engine};
use crate::abi::{self, WeStr};
use crate::error::{Fault, Status, TrapKind};
use crate::tests::host::Wakes;
use crate::value::hook::*;
use crate::value::import_call::{Answered, Asking, Spares};
use futures::FutureExt;
use futures::executor::block_on;
use futures::task::{noop_waker_ref, waker};
use std::pin::pin;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::thread;

const TEXT: &str = r#"(component
(import "test:add/host" (instance $host (export "add" (func (param "a" u32) (param "b" u32) (result u32)))))
(core func $add (canon lower (func $host "add")))
(core module $main_module
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (func (export "twice") (param i32) (result i32)
    (call $add (call $add (local.get 0) (i32.const 1)) (i32.const 2))))
(core instance $main (instantiate $main_module (with "host" (instance (export "add" (func $add))))))
(func (export "twice") (param "a" u32) (result u32) (canon lift (core func $main "twice"))))"#;

fn fault(error: &wasmtime::Error) -> Fault {
    Fault::of_guest(error, false)
}

fn deferring(world: &World) -> Live<'_> {
    let mut live = world.live(Way::Raw);
    live.script.defers = true;
    live
}

/// Runs `script` whenever the call waits, until it ends.
fn run(live: &mut Live, mut script: impl FnMut(Token)) -> wasmtime::Result<Vec<u8>> {
    let mut call = pin!(live.calls.call(&mut live.store, 0, bytes(&[5]).into()));
    loop {
        match call.as_mut().poll(&mut Context::from_waker(noop_waker_ref())) {
            Poll::Ready(result) => return result.map(|handed| handed.bytes.as_slice().to_vec()),
            Poll::Pending => script(live.script.tokens.pop_front().expect("it waits for the host")),
        }
    }
}

fn both_engines(test: impl Fn(&World)) {
    for concurrency in [false, true] {
        test(&World::new(&engine(concurrency), concurrency, TEXT));
    }
}

#[test]
fn an_answer_may_come_later() {
    both_engines(|world| {
        let mut live = deferring(world);
        let mut answers = [[60], [70]].into_iter();

        let result = run(&mut live, |token| {
            assert_eq!(token.complete(&answers.next().unwrap()), Fate::Taken);
        });

        assert_eq!(result.unwrap(), [70]);
        assert_eq!(live.script.asked, [(0, vec![5, 1]), (0, vec![60, 2])]);
    });
}

#[test]
fn an_answer_may_come_from_another_thread() {
    both_engines(|world| {
        let mut live = deferring(world);
        let (sender, receiver) = std::sync::mpsc::channel();
        let host = std::thread::spawn(move || {
            receiver.into_iter().map(|token: Token| token.complete(&[9])).collect::<Vec<_>>()
        });

        let call = async {
            let mut call = pin!(live.calls.call(&mut live.store, 0, bytes(&[5]).into()));
            std::future::poll_fn(|cx| {
                let poll = call.as_mut().poll(cx);
                live.script.tokens.drain(..).for_each(|token| sender.send(token).unwrap());
                poll
            })
            .await
        };
        let result = block_on(call).unwrap();

        assert_eq!(result.bytes.as_slice(), [9]);
        drop(sender);
        assert_eq!(host.join().unwrap(), [Fate::Taken, Fate::Taken]);
    });
}

#[test]
fn a_refusal_ends_the_guest_with_its_sentence() {
    both_engines(|world| {
        let refused = |kind, message: &str| {
            let error = run(&mut deferring(world), |token| {
                assert_eq!(token.fail(kind, message), Fate::Taken);
            });
            fault(&error.unwrap_err())
        };

        let trap = refused(0, "the book is closed");
        assert_eq!((trap.status, trap.trap), (Status::Trap, TrapKind::Host));
        assert_eq!(trap.message, "the book is closed");
        assert_eq!(refused(1, "no memory").status, Status::Internal);
    });
}

#[test]
fn a_token_knows_that_its_guest_is_gone() {
    both_engines(|world| {
        let mut live = deferring(world);
        {
            let mut call = pin!(live.calls.call(&mut live.store, 0, bytes(&[5]).into()));
            assert!(call.as_mut().poll(&mut Context::from_waker(noop_waker_ref())).is_pending());
        }
        drop(live.store);

        assert_eq!(live.script.tokens.pop_front().unwrap().complete(&[1]), Fate::Gone);
    });
}

#[test]
fn a_guest_whose_import_is_not_answered_ends() {
    let world = World::new(&engine(false), false, TEXT);

    let error = world.live(Way::Raw).call(Way::Raw, 0, &[5]).unwrap_err();

    assert_eq!(fault(&error).status, Status::Internal);
    assert!(fault(&error).message.contains("neither answered"), "{error:?}");
}

#[test]
fn an_answer_that_is_no_value_ends_the_guest() {
    for answer in [&[][..], &[1, 2], &[0xff, 0xff, 0xff, 0xff, 0x1f]] {
        let world = World::new(&engine(false), false, TEXT);
        let mut live = world.live(Way::Raw);
        live.script.answers = [answer.to_vec()].into();

        let error = live.call(Way::Raw, 0, &[5]).unwrap_err();

        assert_eq!(fault(&error).trap, TrapKind::Host);
        assert!(
            fault(&error).message.contains("answer of 'test:add/host#add' does not fit"),
            "{error:?}"
        );
    }
}

#[test]
fn a_reply_is_given_once() {
    let asking =
        Asking::new(&mut Spares::default(), abi::Context(null_mut()), Vec::new(), |reply| unsafe {
            let reply = reply.as_ptr();
            let token = we_reply_defer(reply);
            assert!(!token.is_null());
            assert!(we_reply_defer(reply).is_null());
            we_reply_answer(reply, bytes(&[1]));
            we_reply_refuse(reply, 0, WeStr::of(b"no"));
            assert_eq!(we_import_complete(token, bytes(&[2])), 0);
        });
    unsafe {
        we_reply_answer(null_mut(), bytes(&[1]));
        assert!(we_reply_defer(null_mut()).is_null());
        assert_eq!(we_import_complete(null_mut(), bytes(&[1])), 1);
    }
    assert_eq!(answer_of(&block_on(asking).unwrap()), [2]);
}

fn answer_of(answered: &Answered) -> Vec<u8> {
    let mut bytes = Vec::new();
    let taken = answered.lower(|value| {
        bytes.extend(value.bytes.as_ref());
        Ok(())
    });
    assert!(taken.is_ok());
    bytes
}

/// A question that is answered later.
fn deferred(spares: &mut Spares) -> (Asking, Token) {
    let mut token = None;
    let asking = Asking::new(spares, abi::Context(null_mut()), Vec::new(), |reply| {
        token = Some(Token::of(reply.as_ptr()));
    });
    (asking, token.unwrap())
}

/// Answering, polling and giving up on two threads end well as they happen to meet: each answer is taken
/// or known to be unwanted, and whoever waits is woken.
#[test]
fn a_token_and_its_task_may_meet_at_any_moment() {
    let (sender, receiver) = mpsc::sync_channel::<Token>(1);
    let (fates, told) = mpsc::channel();
    let host = thread::spawn(move || {
        receiver.into_iter().for_each(|token| fates.send(token.complete(&[7])).unwrap());
    });
    let mut spares = Spares::default();
    for round in 0..20_000 {
        let (mut asking, token) = deferred(&mut spares);
        sender.send(token).unwrap();
        let mut poll = || asking.poll_unpin(&mut Context::from_waker(noop_waker_ref()));
        let polled = if round % 4 < 2 { Poll::Pending } else { poll() };
        if round % 4 == 3 {
            drop(asking);
            assert!(told.recv().unwrap() == Fate::Taken || polled.is_pending());
            continue;
        }
        let answered = match polled {
            Poll::Ready(answered) => answered,
            Poll::Pending => block_on(asking),
        };
        let spare = answered.unwrap().lower(|value| Ok(assert_eq!(value.bytes.as_ref(), [7])));
        spares.keep(spare.unwrap());
        assert_eq!(told.recv().unwrap(), Fate::Taken);
    }
    drop(sender);
    host.join().unwrap();
}

/// A waker that holds up whoever clones it a second time.
struct Gate {
    clones: AtomicU32,
    wakes: AtomicU32,
    inside: Barrier,
    go_on: Barrier,
}

impl Gate {
    fn new() -> Arc<Gate> {
        let (clones, wakes) = (AtomicU32::new(0), AtomicU32::new(0));
        Arc::new(Gate { clones, wakes, inside: Barrier::new(2), go_on: Barrier::new(2) })
    }

    fn waker(self: &Arc<Gate>) -> Waker {
        unsafe { Waker::from_raw(raw(Arc::into_raw(self.clone()))) }
    }
}

fn raw(gate: *const Gate) -> RawWaker {
    unsafe fn own(data: *const ()) -> Arc<Gate> {
        unsafe { Arc::from_raw(data.cast()) }
    }
    static WAYS: RawWakerVTable = RawWakerVTable::new(
        |data| {
            let gate = std::mem::ManuallyDrop::new(unsafe { own(data) });
            if gate.clones.fetch_add(1, Relaxed) > 0 {
                gate.inside.wait();
                gate.go_on.wait();
            }
            raw(Arc::into_raw(Arc::clone(&gate)))
        },
        |data| {
            unsafe { own(data) }.wakes.fetch_add(1, Relaxed);
        },
        |data| {
            unsafe { &*data.cast::<Gate>() }.wakes.fetch_add(1, Relaxed);
        },
        |data| drop(unsafe { own(data) }),
    );
    RawWaker::new(gate.cast(), &WAYS)
}

/// Runs `meanwhile` while another thread, which answers, is about to wake the task.
fn while_waking(meanwhile: impl FnOnce(Asking) -> Option<Asking>) -> (Fate, u32, Option<Asking>) {
    let gate = Gate::new();
    let (mut asking, token) = deferred(&mut Spares::default());
    assert!(asking.poll_unpin(&mut Context::from_waker(&gate.waker())).is_pending());
    let host = thread::spawn(move || token.complete(&[7]));
    gate.inside.wait();
    let asking = meanwhile(asking);
    gate.go_on.wait();
    let fate = host.join().unwrap();
    (fate, gate.wakes.load(Relaxed), asking)
}

#[test]
fn a_task_that_is_polled_while_it_is_woken_comes_again() {
    let count = Arc::new(Wakes::default());

    let (fate, wakes, asking) = while_waking(|mut asking| {
        let waker = waker(count.clone());
        assert!(asking.poll_unpin(&mut Context::from_waker(&waker)).is_pending());
        Some(asking)
    });

    assert_eq!((fate, wakes, count.count()), (Fate::Taken, 1, 1));
    assert_eq!(answer_of(&block_on(asking.unwrap()).unwrap()), [7]);
}

#[test]
fn a_task_that_goes_while_it_is_woken_is_gone() {
    let (fate, _, _) = while_waking(|_| None);

    assert_eq!(fate, Fate::Gone);
}

#[test]
fn a_store_keeps_four_calls_that_are_over() {
    let count = Arc::new(Wakes::default());
    let held = || Arc::strong_count(&count) - 1;
    let mut spares = Spares::default();
    let mut calls: Vec<_> = (0..6).map(|_| deferred(&mut spares)).collect();
    for (asking, _) in &mut calls {
        let waker = waker(count.clone());
        assert!(asking.poll_unpin(&mut Context::from_waker(&waker)).is_pending());
    }
    assert_eq!(held(), 6, "each holds a waker");

    for (asking, token) in calls {
        assert_eq!(token.complete(&[1]), Fate::Taken);
        let answered = block_on(asking).unwrap();
        spares.keep(answered.lower(|_| Ok(())).unwrap());
    }

    assert_eq!(held(), 4);
    let (asking, token) = deferred(&mut spares);
    assert_eq!(token.complete(&[1]), Fate::Taken);
    drop(asking);
    assert_eq!(held(), 3, "the next call takes one that was kept");
}
