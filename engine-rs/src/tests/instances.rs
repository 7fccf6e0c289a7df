//! Instances that serve more than one call: one after the other (WASI 0.2), or together (0.3).

use super::host::*;
use crate::component::*;
use crate::engine::*;
use crate::error::*;
use crate::instance::*;
use crate::limits::{RunningTime, WeInstanceOptions};
use crate::request::WeHttpRequest;
use crate::runtime;
use crate::value::ends::*;
use std::ptr::from_mut;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

fn guest_03() -> *const WeComponent {
    struct Shared(*mut WeComponent);
    unsafe impl Send for Shared {}
    unsafe impl Sync for Shared {}
    static COMPONENT: OnceLock<Shared> = OnceLock::new();
    let make = || Shared(compile(engine(&config()).unwrap(), GUEST_03).unwrap());
    COMPONENT.get_or_init(make).0
}

/// An instance that stays open, and what was heard of each of its calls.
struct Warm {
    instance: Call,
    calls: Vec<(u64, Box<Heard>)>,
}

impl Warm {
    fn open(component: *const WeComponent, concurrent_max: u32) -> Warm {
        let options = WeInstanceOptions { concurrent_max, ..call_options() };
        let instance = Call::open(Box::default(), component, options).unwrap();
        Warm { instance, calls: Vec::new() }
    }

    fn start(&mut self, target: &str) -> usize {
        let mut heard = Box::<Heard>::default();
        let id = start_http(self.instance.task, &mut heard, &get(target)).unwrap();
        self.calls.push((id, heard));
        self.calls.len() - 1
    }

    /// Polls until `call` has ended or the task is done.
    fn finish(&mut self, call: usize) -> &Heard {
        while !self.instance.poll() && self.calls[call].1.ended.is_none() {
            self.instance.waiter.wait();
        }
        &self.calls[call].1
    }

    fn get(&mut self, target: &str) -> &Heard {
        let call = self.start(target);
        self.finish(call)
    }

    fn text(&mut self, target: &str) -> String {
        let heard = self.get(target);
        assert!(matches!(heard.ended, Some(Ok(()))), "{:?}", heard.ended);
        String::from_utf8(heard.body.clone()).unwrap()
    }

    fn end_of(&self, call: usize) -> &Fault {
        self.calls[call].1.ended.as_ref().expect("the call ends").as_ref().unwrap_err()
    }
}

#[test]
fn a_guest_of_either_version_is_told_by_its_export() {
    assert_eq!(unsafe { we_component_http(guest()) }, 2);
    assert_eq!(unsafe { we_component_http(guest_03()) }, 3);
}

#[test]
fn one_instance_serves_many_calls() {
    for component in [guest(), guest_03()] {
        let mut warm = Warm::open(component, 1);
        for _ in 0..5 {
            assert_eq!(warm.text("/ignore"), "ignored");
        }
    }
}

#[test]
fn an_instance_of_03_remembers_its_calls() {
    let mut warm = Warm::open(guest_03(), 8);

    assert_eq!(warm.text("/count"), "1");
    assert_eq!(warm.text("/count"), "2");
}

#[test]
fn calls_of_03_run_together_and_end_in_any_order() {
    let mut warm = Warm::open(guest_03(), 8);
    let slow = warm.start("/sleep?50");
    let fast = warm.start("/sleep?1");

    warm.finish(fast);

    assert!(warm.calls[slow].1.ended.is_none());
    assert_eq!(warm.finish(slow).body, b"woke");
}

#[test]
fn no_more_calls_run_together_than_may() {
    let mut warm = Warm::open(guest_03(), 1);
    let slow = warm.start("/sleep?20");
    let next = warm.start("/ignore");

    warm.finish(next);

    assert!(warm.calls[slow].1.ended.is_some(), "the second began before the first had returned");
}

#[test]
fn calls_of_02_wait_for_each_other() {
    let mut warm = Warm::open(guest(), 8);
    let slow = warm.start("/sleep?20");
    let next = warm.start("/ignore");

    warm.finish(next);

    assert_eq!(warm.calls[slow].1.body, b"woke");
}

#[test]
fn a_closed_instance_ends_after_its_calls_and_takes_no_more() {
    for component in [guest(), guest_03()] {
        let mut warm = Warm::open(component, 2);
        let call = warm.start("/sleep?5");
        unsafe { we_instance_close(warm.instance.task) };
        let refused = start_http(warm.instance.task, &mut Heard::default(), &get("/ignore"));
        assert_eq!(refused.unwrap_err().status, Status::State);

        while !warm.instance.poll() {
            warm.instance.waiter.wait();
        }

        assert_eq!(warm.calls[call].1.body, b"woke");
    }
}

#[test]
fn a_trap_ends_every_call_that_shares_the_instance() {
    let mut warm = Warm::open(guest_03(), 8);
    let waiting = warm.start("/sleep?3600000");
    assert!(!warm.instance.poll());
    let trapping = warm.start("/trap");

    warm.finish(trapping);

    assert_eq!(warm.end_of(trapping).status, Status::InstanceLost);
    assert_eq!(warm.end_of(waiting).status, Status::InstanceLost);
    assert_eq!(warm.end_of(waiting).trap, TrapKind::Unreachable);
    assert_eq!(warm.instance.heard.fault.as_ref().unwrap().status, Status::Trap);
    assert!(warm.instance.poll(), "an instance that trapped is done");
    let refused = start_http(warm.instance.task, &mut Heard::default(), &get("/ignore"));
    assert_eq!(refused.unwrap_err().status, Status::State);
}

#[test]
fn a_trap_of_a_single_call_is_its_own() {
    for component in [guest(), guest_03()] {
        let mut warm = Warm::open(component, 8);
        assert_eq!(warm.text("/ignore"), "ignored");
        let call = warm.start("/trap");

        warm.finish(call);

        assert_eq!(warm.end_of(call).status, Status::Trap);
    }
}

#[test]
fn a_trap_of_03_while_its_body_is_written_fails_the_body() {
    let mut warm = Warm::open(guest_03(), 8);
    let call = warm.start("/trap-late");

    warm.finish(call);

    assert_eq!(warm.calls[call].1.status, 200);
    assert_eq!(warm.end_of(call).status, Status::Trap);
}

#[test]
fn an_error_code_of_03_is_named_and_the_instance_lives_on() {
    let mut warm = Warm::open(guest_03(), 8);
    let call = warm.start("/error");

    warm.finish(call);

    assert_eq!(warm.end_of(call).status, Status::GuestError);
    assert!(warm.end_of(call).message.contains("ConnectionTimeout"));
    assert_eq!(warm.text("/ignore"), "ignored");
}

#[test]
fn a_call_that_was_given_up_is_not_heard_of_again() {
    let mut warm = Warm::open(guest_03(), 8);
    let mut heard = Box::<Heard>::default();
    let context = from_mut(heard.as_mut()).cast();
    let body = outcome(|out, error| unsafe { we_body_new(&body_vtable(), context, out, error) });
    let body = body.unwrap();
    heard.feed = Some(Feed { body, chunks: vec![], failure: None, wants: 0, closed: 0 });
    let request = WeHttpRequest { body, ..get("/echo") };
    let id = start_http(warm.instance.task, &mut heard, &request).unwrap();
    // The guest waits for the body in the middle of the call.
    while heard.feed.as_ref().unwrap().wants == 0 {
        assert!(!warm.instance.poll());
        if heard.feed.as_ref().unwrap().wants == 0 {
            warm.instance.waiter.wait();
        }
    }
    unsafe { we_call_drop(warm.instance.task, id) };

    // It goes on to the end of the call, of which nothing is told.
    assert_eq!(unsafe { we_body_feed(body, owned(b"ab".to_vec())) }, 0);
    unsafe { we_body_finish(body, std::ptr::null(), 0) };
    while heard.feed.as_ref().unwrap().closed == 0 {
        assert!(!warm.instance.poll());
        if heard.feed.as_ref().unwrap().closed == 0 {
            warm.instance.waiter.wait();
        }
    }
    assert_eq!(warm.text("/count"), "2");
    assert!(heard.ended.is_none());
    assert_eq!(heard.chunks, 0);
    unsafe { we_body_free(body) };
}

#[test]
fn a_call_that_waits_and_is_given_up_never_begins() {
    let mut warm = Warm::open(guest_03(), 1);
    let slow = warm.start("/sleep?5");
    let waiting = warm.start("/count");
    let (id, _) = warm.calls[waiting];
    unsafe { we_call_drop(warm.instance.task, id) };
    warm.finish(slow);

    assert_eq!(warm.text("/count"), "2");
}

#[test]
fn the_guest_of_03_goes_on_after_its_response() {
    let mut warm = Warm::open(guest_03(), 8);
    assert_eq!(warm.text("/late?20"), "early");
    unsafe { we_instance_close(warm.instance.task) };

    while !warm.instance.poll() {
        warm.instance.waiter.wait();
    }

    assert_eq!(warm.instance.heard.stderr, "still here\n");
}

#[test]
fn a_big_response_of_03_arrives_whole_through_pauses() {
    let mut warm = Warm::open(guest_03(), 8);
    let call = warm.start("/big?2000000");
    warm.calls[call].1.pause_after_each_chunk = true;
    let id = warm.calls[call].0;

    while warm.calls[call].1.ended.is_none() {
        let chunks = warm.calls[call].1.chunks;
        if !warm.instance.poll() && warm.calls[call].1.chunks > chunks {
            unsafe { we_call_resume(warm.instance.task, id) };
        } else if warm.calls[call].1.ended.is_none() {
            warm.instance.waiter.wait();
        }
    }

    let body = &warm.calls[call].1.body;
    assert_eq!(body.len(), 2_000_000);
    assert!(body.iter().enumerate().all(|(at, byte)| *byte == (at % 251) as u8));
}

#[test]
fn running_time_is_that_of_all_polls_since_the_newest_call() {
    let time =
        RunningTime::new(&WeInstanceOptions { cpu_time_ns_max: 3_000_000, ..call_options() });
    let poll_for_2_ms = || {
        runtime::begin_slice();
        while runtime::poll_time() < Duration::from_millis(2) {}
        time.end_poll();
        runtime::end_slice();
    };
    time.begin_call();
    poll_for_2_ms();
    poll_for_2_ms();
    assert!(time.is_used_up());

    time.begin_call();

    assert!(!time.is_used_up());
}

#[test]
fn running_time_counts_anew_for_each_call() {
    for component in [guest(), guest_03()] {
        let options =
            WeInstanceOptions { cpu_time_ns_max: 40_000_000, concurrent_max: 4, ..call_options() };
        let instance = Call::open(Box::default(), component, options).unwrap();
        let mut warm = Warm { instance, calls: Vec::new() };
        assert_eq!(warm.text("/ignore"), "ignored");
        let call = warm.start("/spin");
        let start = Instant::now();

        warm.finish(call);

        assert_eq!(warm.end_of(call).status, Status::Cpu);
        // It had all of the budget, of which the first call had used some.
        assert!(start.elapsed() >= Duration::from_millis(40));
    }
}

#[test]
fn limits_of_memory_and_fields_hold_in_an_instance_that_is_used_again() {
    let options = WeInstanceOptions {
        memory_bytes_max: 8 << 20,
        fields_bytes_max: 10_000,
        concurrent_max: 4,
        ..call_options()
    };
    for target in ["/eat", "/fields"] {
        for component in [guest(), guest_03()] {
            let instance = Call::open(Box::default(), component, options).unwrap();
            let mut warm = Warm { instance, calls: Vec::new() };
            assert_eq!(warm.text("/grow?2"), "granted");
            assert_eq!(warm.text("/grow?100"), "refused");
            let call = warm.start(target);

            warm.finish(call);

            let status = warm.end_of(call).status;
            assert!(matches!(status, Status::Memory | Status::Fields), "{status:?}");
        }
    }
}

#[test]
fn polls_tell_how_many_calls_the_guest_has_not_returned_from() {
    let mut warm = Warm::open(guest(), 1);
    warm.start("/sleep?3600000");
    warm.start("/ignore");

    let poll =
        unsafe { crate::task::we_task_poll(warm.instance.task, warm.instance.waiter.data()) };

    assert_eq!((poll.state, poll.calls), (0, 2));
}

#[test]
fn the_second_machine_is_made_when_it_is_needed() {
    let engine = engine(&config()).unwrap();
    let plain = compile(engine, GUEST).unwrap();
    let concurrent = compile(engine, GUEST_03).unwrap();

    let first = Call::start(plain, &get("/ignore"), call_options()).unwrap().finish();
    let second = Call::start(concurrent, &get("/ignore"), call_options()).unwrap().finish();

    assert_eq!((first.body.as_slice(), second.body.as_slice()), (&b"ignored"[..], &b"ignored"[..]));
    unsafe {
        we_component_free(plain);
        we_component_free(concurrent);
        we_engine_free(engine);
    }
}
