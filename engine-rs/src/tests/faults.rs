//! Guests that end badly, each in a way the host can tell from the others.

use super::host::*;
use crate::error::*;
use crate::limits::WeInstanceOptions;

fn fault_of(heard: &Heard) -> &Fault {
    heard.fault.as_ref().expect("the guest fails")
}

fn end_of(heard: Heard) -> Fault {
    heard.ended.expect("the response ends").unwrap_err()
}

#[test]
fn a_trap_says_how_and_where() {
    let heard = run("/trap");

    let fault = fault_of(&heard);
    assert_eq!((fault.status, fault.trap), (Status::Trap, TrapKind::Unreachable));
    assert_eq!(fault.message, "wasm `unreachable` instruction executed");
    assert!(fault.backtrace.contains("wasm backtrace"), "{}", fault.backtrace);
    assert!(fault.backtrace.len() <= 8192);
    assert_eq!(heard.status, 0);
    assert_eq!(end_of(heard).status, Status::Trap);
}

#[test]
fn a_deep_recursion_is_a_stack_overflow_with_a_bounded_backtrace() {
    let heard = run("/overflow");

    let fault = fault_of(&heard);
    assert_eq!((fault.status, fault.trap), (Status::Trap, TrapKind::StackOverflow));
    assert!(fault.backtrace.len() <= 8192);
}

#[test]
fn an_exit_is_a_trap_of_its_own() {
    let heard = run("/exit?3");

    assert_eq!((fault_of(&heard).status, fault_of(&heard).trap), (Status::Trap, TrapKind::Exit));
}

#[test]
fn a_trap_in_the_middle_fails_the_body_after_what_was_written() {
    let heard = run("/trap-late");

    assert_eq!((heard.status, heard.body.as_slice()), (200, b"first".as_slice()));
    assert_eq!(end_of(heard).trap, TrapKind::Unreachable);
}

#[test]
fn a_trap_after_a_complete_response_does_not_spoil_it() {
    let heard = run("/trap-after");

    assert_eq!(heard.body, b"complete");
    assert_eq!(fault_of(&heard).trap, TrapKind::Unreachable);
    assert!(heard.ended.unwrap().is_ok());
}

#[test]
fn a_response_that_never_comes_is_reported() {
    for target in ["/none", "/forget"] {
        let heard = run(target);
        assert!(heard.fault.is_none());
        assert_eq!(end_of(heard).status, Status::NoResponse, "{target}");
    }
}

#[test]
fn a_body_that_was_given_up_is_reported() {
    for target in ["/cut", "/leak"] {
        let heard = run(target);
        assert_eq!(heard.body, b"half");
        assert!(heard.fault.is_none());
        assert_eq!(end_of(heard).status, Status::BodyIncomplete, "{target}");
    }
}

#[test]
fn an_error_code_of_the_guest_is_named() {
    let fault = end_of(run("/error"));

    assert_eq!(fault.status, Status::GuestError);
    assert!(fault.message.contains("ConnectionTimeout"), "{}", fault.message);
}

#[test]
fn a_spinning_guest_yields_and_ends_at_its_budget() {
    let options = WeInstanceOptions { cpu_time_ns_max: 18_000_000, ..call_options() };

    let heard = run_with("/spin", options);

    // A slice that is used up took three quarters of 5 ms at least. On a machine that is busy the first one may
    // take as long as the whole budget, and then nothing yields; a guest that only yields is the next test's.
    assert!(heard.yields <= 4, "{} yields", heard.yields);
    assert_eq!(
        (fault_of(&heard).status, fault_of(&heard).trap),
        (Status::Cpu, TrapKind::Interrupt)
    );
}

#[test]
fn a_spinning_guest_without_a_budget_only_yields() {
    let mut call = Call::start(guest(), &get("/spin"), call_options()).unwrap();

    for _ in 0..5 {
        assert!(!call.poll());
        call.waiter.wait();
    }

    assert_eq!(call.heard.yields, 5);
}
