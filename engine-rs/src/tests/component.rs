//! What is compiled and what is refused, each with a status of its own.

use super::host::*;
use crate::abi::WeBuf;
use crate::component::*;
use crate::engine::we_engine_free;
use crate::error::*;
use std::ptr::null_mut;

fn refused(wasm: &[u8]) -> Fault {
    let engine = engine(&config()).unwrap();
    let fault = compile(engine, wasm).expect_err("it must be refused");
    unsafe { we_engine_free(engine) };
    fault
}

#[test]
fn bytes_that_are_not_wasm_are_refused() {
    assert_eq!(refused(b"").status, Status::NotWasm);
    assert_eq!(refused(b"#!/bin/sh\n").status, Status::NotWasm);
    assert_eq!(refused(b"(component)").status, Status::NotWasm);
}

#[test]
fn a_core_module_does_not_load_as_a_component() {
    assert_eq!(refused(&wat::parse_str("(module)").unwrap()).status, Status::Artifact);
}

#[test]
fn a_truncated_or_damaged_component_is_refused() {
    assert_eq!(refused(&GUEST[..GUEST.len() / 2]).status, Status::Compile);
    let mut damaged = GUEST.to_vec();
    damaged[8] = 0x7f;
    assert_eq!(refused(&damaged).status, Status::Compile);
}

#[test]
fn an_import_that_nobody_offers_is_named() {
    let text = r#"(component (import "acme:ledger/book@1.2.0" (instance (export "add" (func)))))"#;
    let fault = refused(&wat::parse_str(text).unwrap());

    assert_eq!(fault.status, Status::Link);
    assert!(fault.message.contains("acme:ledger/book@1.2.0"), "{}", fault.message);
}

#[test]
fn an_import_that_the_caller_answers_is_linked_and_described() {
    let text = r#"(component (import "acme:ledger/book@1.2.0" (instance (export "add" (func)))))"#;
    let wasm = wat::parse_str(text).unwrap();
    let engine = engine(&config()).unwrap();
    let component = compile_with(engine, &wasm, 1).unwrap();
    let mut json = WeBuf::default();

    assert_eq!(unsafe { we_component_describe(component, &mut json, null_mut()) }, 0);

    assert!(json.as_ref().starts_with(br#"{"imports":[{"name":"acme:ledger/book@1.2.0""#));
    assert_eq!(unsafe { we_component_describe(component, null_mut(), null_mut()) }, 1);
    assert!(unsafe { &*component }.0.exports().is_ok());
    unsafe {
        we_component_free(component);
        we_engine_free(engine);
    }
}

#[test]
fn a_component_without_a_handler_compiles_and_takes_no_request() {
    let engine = engine(&config()).unwrap();
    let component = compile(engine, &wat::parse_str("(component)").unwrap()).unwrap();

    assert_eq!(unsafe { we_component_http(component) }, 0);
    assert_eq!(unsafe { we_component_http(guest()) }, 2);
    let fault = Call::start(component, &get("/"), call_options()).err().unwrap();
    assert_eq!(fault.status, Status::NoHandler);
    unsafe {
        we_component_free(component);
        we_engine_free(engine);
    }
}
