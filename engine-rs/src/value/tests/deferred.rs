//! Answers that come later, from elsewhere, or never.

use super::world::{Fate, Live, Way, World, engine, octets};
use crate::abi::WeStr;
use crate::error::{Fault, Status, TrapKind};
use crate::value::hook::*;
use futures::executor::block_on;
use futures::task::noop_waker_ref;
use std::pin::pin;
use std::ptr::null_mut;
use std::task::{Context, Poll};

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
fn run(live: &mut Live, mut script: impl FnMut(super::world::Token)) -> wasmtime::Result<Vec<u8>> {
    let mut call = pin!(live.calls.call(&mut live.store, 0, octets(&[5]).into()));
    loop {
        match call.as_mut().poll(&mut Context::from_waker(noop_waker_ref())) {
            Poll::Ready(result) => return result.map(|handed| handed.octets.as_slice().to_vec()),
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
            receiver
                .into_iter()
                .map(|token: super::world::Token| token.complete(&[9]))
                .collect::<Vec<_>>()
        });

        let call = async {
            let mut call = pin!(live.calls.call(&mut live.store, 0, octets(&[5]).into()));
            std::future::poll_fn(|cx| {
                let poll = call.as_mut().poll(cx);
                live.script.tokens.drain(..).for_each(|token| sender.send(token).unwrap());
                poll
            })
            .await
        };
        let result = block_on(call).unwrap();

        assert_eq!(result.octets.as_slice(), [9]);
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
            let mut call = pin!(live.calls.call(&mut live.store, 0, octets(&[5]).into()));
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
    let mut reply = WeReply::new(Vec::new());
    unsafe {
        let token = we_reply_defer(&mut reply);
        assert!(!token.is_null());
        assert!(we_reply_defer(&mut reply).is_null());
        we_reply_answer(&mut reply, octets(&[1]));
        we_reply_refuse(&mut reply, 0, WeStr::of(b"no"));
        assert_eq!(we_import_complete(token, octets(&[2])), 0);

        we_reply_answer(null_mut(), octets(&[1]));
        assert!(we_reply_defer(null_mut()).is_null());
        assert_eq!(we_import_complete(null_mut(), octets(&[1])), 1);
    }
    assert_eq!(block_on(reply).unwrap().octets.as_ref(), [2]);
}
