//! Every limit of a call and of the engine, filled.

use super::host::*;
use crate::component::we_component_free;
use crate::config::WeEngineConfig;
use crate::engine::we_engine_free;
use crate::error::*;
use crate::limits::{Limiter, WeInstanceOptions};
use wasmtime::ResourceLimiter;

#[test]
fn memory_beyond_the_limit_is_refused_and_the_guest_may_live_with_it() {
    let options = WeInstanceOptions { memory_bytes_max: 8 << 20, ..call_options() };

    assert_eq!(run_with("/grow?4", options).body, b"granted");
    assert_eq!(run_with("/grow?16", options).body, b"refused");
    assert_eq!(run_with("/grow?32768", options).body, b"refused");
}

#[test]
fn a_guest_that_dies_of_the_memory_limit_is_told_from_other_traps() {
    let options = WeInstanceOptions { memory_bytes_max: 8 << 20, ..call_options() };

    let heard = run_with("/eat", options);

    assert_eq!(heard.fault.unwrap().status, Status::Memory);
}

#[test]
fn a_guest_whose_first_memory_is_over_the_limit_does_not_start() {
    let options = WeInstanceOptions { memory_bytes_max: 64 << 10, ..call_options() };

    let heard = run_with("/", options);

    assert_eq!(heard.fault.unwrap().status, Status::Memory);
}

#[test]
fn the_engines_own_limit_counts_when_the_call_has_none() {
    assert_eq!(run("/grow?48").body, b"granted");
    assert_eq!(run("/grow?128").body, b"refused");
}

#[test]
fn memories_are_counted_together_and_refusals_are_not_charged() {
    let options =
        WeInstanceOptions { memory_bytes_max: 100, table_elements_max: 10, ..call_options() };
    let mut limiter = Limiter::new(&options);

    assert!(limiter.memory_growing(0, 60, None).unwrap());
    assert!(!limiter.growth_refused());
    assert!(!limiter.memory_growing(0, 60, None).unwrap());
    assert!(limiter.growth_refused());
    assert!(!limiter.memory_growing(0, 40, Some(30)).unwrap());
    assert!(limiter.memory_growing(60, 100, None).unwrap());
}

#[test]
fn tables_are_held_to_their_limit() {
    let options =
        WeInstanceOptions { memory_bytes_max: 100, table_elements_max: 10, ..call_options() };
    let mut limiter = Limiter::new(&options);

    assert!(limiter.table_growing(0, 10, None).unwrap());
    assert!(!limiter.table_growing(0, 8, Some(7)).unwrap());
    assert!(!limiter.table_growing(10, 11, None).unwrap());
    assert!(limiter.growth_refused());
}

#[test]
fn a_guest_that_hoards_handles_is_ended() {
    let options = WeInstanceOptions { handles_max: 50, ..call_options() };

    let fault = run_with("/handles", options).fault.unwrap();

    assert_eq!((fault.status, fault.trap), (Status::Handles, TrapKind::Host));
}

#[test]
fn a_guest_that_fills_its_headers_is_ended() {
    let fault = run("/fields").fault.unwrap();

    assert_eq!((fault.status, fault.trap), (Status::Fields, TrapKind::Host));
}

#[test]
fn the_host_takes_no_more_than_its_share_of_one_call() {
    let options = WeInstanceOptions { host_data_bytes_max: 1000, ..call_options() };

    let fault = run_with("/big?65536", options).fault.unwrap();

    assert_eq!((fault.status, fault.trap), (Status::HostData, TrapKind::Host));
}

#[test]
fn a_guest_gets_no_more_random_bytes_at_once_than_it_may() {
    let options = WeInstanceOptions { random_bytes_max: 1000, ..call_options() };

    assert_eq!(run_with("/random?1000", options).body, b"1000");
    assert_eq!(run_with("/random?1001", options).fault.unwrap().status, Status::Random);
    assert_eq!(run("/random?65537").fault.unwrap().status, Status::Random);
}

#[test]
fn a_component_of_more_parts_than_it_may_have_does_not_start() {
    // The test guest is several core instances.
    let options = WeInstanceOptions { parts_max: 1, ..call_options() };

    let heard = run_with("/ignore", options);

    assert_eq!(heard.fault.unwrap().status, Status::Parts);
    assert_eq!(heard.ended.unwrap().unwrap_err().status, Status::Parts);
}

#[test]
fn a_full_engine_refuses_the_next_call_with_or_without_a_pool() {
    for allocation in [0, 1] {
        let few = WeEngineConfig { instances_max: 2, allocation, ..config() };
        let engine = engine(&few).unwrap();
        let component = compile(engine, GUEST).unwrap();
        let hold = || {
            let mut call = Call::start(component, &get("/sleep?3600000"), call_options()).unwrap();
            assert!(!call.poll());
            call
        };
        let (first, _second) = (hold(), hold());

        let third = Call::start(component, &get("/ignore"), call_options()).unwrap().finish();
        assert_eq!(third.ended.unwrap().unwrap_err().status, Status::PoolFull);

        drop(first);
        let fourth = Call::start(component, &get("/ignore"), call_options()).unwrap().finish();
        assert_eq!(fourth.body, b"ignored");
        drop(_second);
        unsafe {
            we_component_free(component);
            we_engine_free(engine);
        }
    }
}
