//! Components: validated, compiled and linked once, shared by all tasks.

use crate::abi::{WeStr, give, handle, take};
use crate::engine::{EngineParts, WeEngine};
use crate::error::{Fault, Status, report};
use crate::store::HostState;
use std::sync::Arc;
use wasmtime::component::{Component, InstancePre};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

pub struct ComponentParts {
    pub engine: Arc<EngineParts>,
    /// Present when the component exports wasi:http/incoming-handler 0.2.
    pub proxy: Option<ProxyPre<HostState>>,
}

/// `we_component`.
pub struct WeComponent(pub Arc<ComponentParts>);

/// The first eight octets say what kind of binary it is: magic, then version and layer.
fn check_preamble(wasm: &[u8]) -> Result<(), Fault> {
    if wasm.len() < 8 || &wasm[..4] != b"\0asm" {
        return Err(Fault::new(Status::NotWasm, "the octets do not begin like WebAssembly"));
    }
    let layer = u16::from_le_bytes([wasm[6], wasm[7]]);
    if layer == 0 {
        return Err(Fault::new(Status::CoreModule, "a core module where a component is needed"));
    }
    Ok(())
}

fn link(engine: &EngineParts, component: &Component) -> Result<InstancePre<HostState>, Fault> {
    engine.linker.instantiate_pre(component).map_err(|error| Fault::of(Status::Link, &error))
}

fn new_component(engine: &WeEngine, wasm: &[u8]) -> Result<WeComponent, Fault> {
    check_preamble(wasm)?;
    let engine = engine.0.clone();
    let component = Component::from_binary(&engine.engine, wasm)
        .map_err(|error| Fault::of(Status::Compile, &error))?;
    let pre = link(&engine, &component)?;
    let proxy = ProxyPre::new(pre).ok();
    Ok(WeComponent(Arc::new(ComponentParts { engine, proxy })))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_component_new(
    engine: *const WeEngine,
    wasm: WeStr,
    out: *mut *mut WeComponent,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { handle(engine, "engine") }
        .and_then(|engine| new_component(engine, unsafe { wasm.octets() }))
        .and_then(|component| unsafe { give(component, out, "out") });
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_component_free(component: *mut WeComponent) {
    unsafe { take(component) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_component_handles_http(component: *const WeComponent) -> i32 {
    match unsafe { component.as_ref() } {
        Some(component) => component.0.proxy.is_some().into(),
        None => 0,
    }
}
