//! Answers that come later, from elsewhere, or never.

use super::world::{Ends, Fate, Live, Token, Way, World, bytes, engine};
use crate::abi::{self, WeStr};
use crate::error::{Fault, Status, TrapKind};
use crate::value::hook::*;
use crate::value::import_call::{Asking, ImportCall};
use futures::FutureExt;
use futures::executor::block_on;
use futures::task::noop_waker_ref;
use std::pin::pin;
use std::ptr::{null, null_mut};
use std::sync::mpsc;
use std::task::{Context, Poll};
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
            Poll::Ready(result) => return result.map(|handed| handed.as_slice().to_vec()),
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

        assert_eq!(result.as_slice(), [9]);
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

fn asking(ask: impl FnOnce(*const ImportCall)) -> Asking {
    Asking::new(abi::Context(null_mut()), Vec::new(), ask)
}

#[test]
fn a_reply_is_given_once() {
    let asking = asking(|reply| unsafe {
        let token = we_reply_defer(reply);
        assert!(!token.is_null());
        assert!(we_reply_defer(reply).is_null());
        we_reply_answer(reply, bytes(&[1]));
        we_reply_refuse(reply, 0, WeStr::of(b"no"));
        assert_eq!(we_import_complete(token, bytes(&[2])), 0);
    });
    unsafe {
        we_reply_answer(null(), bytes(&[1]));
        assert!(we_reply_defer(null()).is_null());
        assert_eq!(we_import_complete(null(), bytes(&[1])), 1);
    }
    assert_eq!(block_on(asking).unwrap().bytes.as_ref(), [2]);
}

/// A question that is answered later.
fn deferred() -> (Asking, Token) {
    let mut token = None;
    let asking = asking(|reply| token = Some(Token::of(reply)));
    (asking, token.unwrap())
}

#[test]
fn a_watch_is_told_once_that_the_call_was_answered() {
    let ends = Ends::default();
    let (asking, token) = deferred();
    assert_eq!(token.watch(&ends), Fate::Taken);

    assert_eq!(token.complete(&[7]), Fate::Taken);
    assert_eq!(ends.counts(), [0, 0], "the guest does not know yet");
    assert_eq!(block_on(asking).unwrap().bytes.as_ref(), [7]);

    assert_eq!(ends.counts(), [1, 0]);
}

#[test]
fn a_watch_is_told_once_that_the_call_was_abandoned() {
    let (ends, late) = (Ends::default(), Ends::default());
    let (asking, token) = deferred();
    token.watch(&ends);

    drop(asking);

    assert_eq!(token.watch(&late), Fate::Gone);
    assert_eq!(token.complete(&[7]), Fate::Gone);
    assert_eq!((ends.counts(), late.counts()), ([0, 1], [0, 0]));
}

#[test]
fn a_second_watch_takes_the_place_of_the_first() {
    let (first, second) = (Ends::default(), Ends::default());
    let (asking, token) = deferred();
    token.watch(&first);
    token.watch(&second);
    assert_eq!((first.counts(), second.counts()), ([1, 0], [0, 0]));

    drop(asking);

    assert_eq!((first.counts(), second.counts()), ([1, 0], [0, 1]));
    assert_eq!(token.complete(&[7]), Fate::Gone);
}

/// Answering, polling and giving up on two threads end well as they happen to meet: each answer is taken
/// or known to be unwanted, and the task that waits is woken.
#[test]
fn a_token_and_its_task_may_meet_at_any_moment() {
    let (sender, receiver) = mpsc::sync_channel::<Token>(1);
    let (fates, told) = mpsc::channel();
    let host = thread::spawn(move || {
        receiver.into_iter().for_each(|token| fates.send(token.complete(&[7])).unwrap());
    });
    let ends = Ends::default();
    let mut abandoned = 0;
    for round in 0..20_000 {
        let (mut asking, token) = deferred();
        token.watch(&ends);
        sender.send(token).unwrap();
        let mut poll = || asking.poll_unpin(&mut Context::from_waker(noop_waker_ref()));
        let polled = if round % 4 < 2 { Poll::Pending } else { poll() };
        if round % 4 == 3 {
            drop(asking);
            abandoned += u32::from(told.recv().unwrap() == Fate::Gone);
            continue;
        }
        let answered = match polled {
            Poll::Ready(answered) => answered,
            Poll::Pending => block_on(asking),
        };
        assert_eq!(answered.unwrap().bytes.as_ref(), [7]);
        assert_eq!(told.recv().unwrap(), Fate::Taken);
    }
    assert_eq!(ends.counts(), [20_000 - abandoned, abandoned]);
    drop(sender);
    host.join().unwrap();
}
