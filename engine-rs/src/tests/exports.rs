//! Calls of exported functions through an instance's queue.

use super::host::*;
use crate::abi::{Context, WeBuf};
use crate::component::*;
use crate::config::Flavour;
use crate::engine::*;
use crate::error::*;
use crate::export_call::*;
use crate::export_reply::WeCallSink;
use crate::instance::*;
use crate::limits::WeInstanceOptions;
use crate::value::WeStream;
use std::ffi::c_void;
use std::ptr::{null, null_mut};

const CALCULATOR: &str = r#"(component
    (core module $m
        (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
        (func (export "trap") unreachable)
        (func (export "spin") (loop $l br $l)))
    (core instance $i (instantiate $m))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
    (func (export "trap") (canon lift (core func $i "trap")))
    (func (export "spin") (canon lift (core func $i "spin"))))"#;
const ADD: u32 = 0;
const TRAP: u32 = 1;
const SPIN: u32 = 2;

#[derive(Default)]
struct Told(Option<Result<Vec<u8>, Fault>>);

extern "C" fn on_done(
    context: *mut c_void,
    result: WeBuf,
    _: *const *mut WeStream,
    streams: usize,
    error: *const Fault,
) {
    assert_eq!(streams, 0, "no function here gives a stream");
    let told = unsafe { &mut *context.cast::<Told>() };
    assert!(told.0.is_none(), "a call is done once");
    told.0 = Some(match unsafe { error.as_ref() } {
        Some(fault) => Err(fault.clone()),
        None => Ok(result.as_ref().to_vec()),
    });
}

struct Calculator {
    engine: *mut WeEngine,
    component: *mut WeComponent,
    instance: Call,
}

impl Calculator {
    fn open(cpu_time_ns_max: u64) -> Self {
        Calculator::of(CALCULATOR, cpu_time_ns_max)
    }

    fn of(text: &str, cpu_time_ns_max: u64) -> Self {
        let engine = engine(&config()).unwrap();
        let component = compile(engine, &wat::parse_str(text).unwrap()).unwrap();
        let options = WeInstanceOptions { cpu_time_ns_max, ..call_options() };
        let instance = Call::open(Box::default(), component, options).unwrap();
        Calculator { engine, component, instance }
    }

    fn component(&self) -> &ComponentParts {
        unsafe { &(*self.component).0 }
    }

    fn start(&mut self, function: u32, arguments: &[u8], told: &mut Told) -> Result<u64, Fault> {
        let size = size_of::<WeCallSink>();
        let sink =
            WeCallSink { size, done: on_done, context: Context(std::ptr::from_mut(told).cast()) };
        let (mut call, mut error) = (0, null_mut());
        let arguments = owned(arguments.to_vec());
        let task = self.instance.task;
        let status = unsafe {
            we_call_start(task, function, arguments, null(), 0, &sink, &mut call, &mut error)
        };
        match status {
            0 => Ok(call),
            _ => Err(*unsafe { Box::from_raw(error) }),
        }
    }

    fn call(&mut self, function: u32, arguments: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut told = Box::<Told>::default();
        self.start(function, arguments, &mut told)?;
        while !self.instance.poll() && told.0.is_none() {
            self.instance.waiter.wait();
        }
        told.0.unwrap()
    }
}

impl Drop for Calculator {
    fn drop(&mut self) {
        unsafe {
            we_component_free(self.component);
            we_engine_free(self.engine);
        }
    }
}

#[test]
fn a_function_is_called_again_and_again_in_one_instance() {
    let mut calculator = Calculator::open(0);

    for number in 0..10_u8 {
        assert_eq!(calculator.call(ADD, &[number, 40]).unwrap(), [number + 40]);
    }
}

#[test]
fn a_component_that_exports_only_an_interface_of_wasi_is_called() {
    let text = r#"(component
        (core module $m
            (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
        (core instance $i (instantiate $m))
        (func $add async (param "a" u32) (param "b" u32) (result u32)
            (canon lift (core func $i "add")))
        (instance $policy (export "add" (func $add)))
        (export "wasi:policy/add@0.1.0" (instance $policy)))"#;
    let mut policy = Calculator::of(text, 0);

    assert_eq!(policy.component().flavour, Flavour::Concurrent);
    assert_eq!(policy.call(ADD, &[2, 40]).unwrap(), [42]);
}

#[test]
fn arguments_that_do_not_fit_leave_the_guest_as_it_was() {
    let mut calculator = Calculator::open(0);

    for wrong in [&[][..], &[1], &[1, 2, 3], &[0xff; 9]] {
        assert_eq!(calculator.call(ADD, wrong).unwrap_err().status, Status::Invalid);
    }
    assert_eq!(calculator.call(99, &[]).unwrap_err().status, Status::Invalid);

    assert_eq!(calculator.call(ADD, &[1, 2]).unwrap(), [3]);
}

#[test]
fn handles_that_are_refused_leave_the_instance_to_other_calls() {
    const RESOURCES: &[u8] = include_bytes!("../../../src/io/engine/testdata/resources.wasm");
    const COUNT: u32 = 7;
    const KEEP_ALL: u32 = 9;
    let engine = engine(&config()).unwrap();
    let component = compile_with(engine, RESOURCES, 1).unwrap();
    let options = WeInstanceOptions { handles_max: 2, ..call_options() };
    let instance = Call::open(Box::default(), component, options).unwrap();
    let mut guest = Calculator { engine, component, instance };

    let its_own = guest.call(COUNT, &[5]).unwrap_err();
    let too_many = guest.call(KEEP_ALL, b"\x03\x01a\x01b\x01c").unwrap_err();

    assert_eq!((its_own.status, too_many.status), (Status::Invalid, Status::Handles));
    assert!(guest.instance.heard.fault.is_none());
    assert!(guest.call(KEEP_ALL, b"\x02\x01a\x01b").is_ok());
}

#[test]
fn a_trap_ends_the_instance() {
    let mut calculator = Calculator::open(0);

    let fault = calculator.call(TRAP, &[]).unwrap_err();

    assert_eq!((fault.status, fault.trap), (Status::Trap, TrapKind::Unreachable));
    assert_eq!(calculator.call(ADD, &[1, 2]).unwrap_err().status, Status::State);
}

#[test]
fn a_function_is_held_to_its_running_time() {
    let mut calculator = Calculator::open(20_000_000);

    assert_eq!(calculator.call(SPIN, &[]).unwrap_err().status, Status::Cpu);
}

#[test]
fn a_call_that_was_dropped_is_not_told() {
    let mut calculator = Calculator::open(0);
    let mut told = Box::<Told>::default();
    let call = calculator.start(ADD, &[1, 2], &mut told).unwrap();
    unsafe { we_call_drop(calculator.instance.task, call) };

    assert_eq!(calculator.call(ADD, &[3, 4]).unwrap(), [7]);

    assert!(told.0.is_none());
}

#[test]
fn a_component_without_a_handler_refuses_requests_and_stays() {
    let mut calculator = Calculator::open(0);
    let refused = start_http(calculator.instance.task, &mut Heard::default(), &get("/"));

    assert_eq!(refused.unwrap_err().status, Status::NoHandler);
    assert_eq!(calculator.call(ADD, &[1, 2]).unwrap(), [3]);
}

#[test]
fn a_null_is_refused() {
    let told = Told::default();
    let size = size_of::<WeCallSink>();
    let context = Context(std::ptr::from_ref(&told).cast_mut().cast());
    let sink = WeCallSink { size, done: on_done, context };
    let (mut call, buf) = (0, owned(vec![]));

    let status =
        unsafe { we_call_start(null_mut(), 0, buf, null(), 0, &sink, &mut call, null_mut()) };

    assert_eq!(status, Status::Invalid as i32);
}
