//! Components: validated, compiled and linked once, shared by all instances.

use crate::abi::{WeStr, give, handle, take};
use crate::artifact::check_functions;
use crate::engine::{EngineParts, Flavour, Machine, WeEngine};
use crate::error::{Fault, Status, report};
use crate::store::HostState;
use std::sync::Arc;
use wasmtime::component::{Component, InstancePre};
use wasmtime_wasi_http::{p2, p3};

/// Where a component takes HTTP requests.
pub enum HttpExport {
    /// wasi:http/incoming-handler 0.2.
    P2(p2::bindings::ProxyIndices),
    /// wasi:http/handler 0.3.
    P3(p3::bindings::ServiceIndices),
}

pub struct ComponentParts {
    pub engine: Arc<EngineParts>,
    pub flavour: Flavour,
    pub pre: InstancePre<HostState>,
    pub http: Option<HttpExport>,
}

/// `we_component`.
pub struct WeComponent(pub Arc<ComponentParts>);

/// The first eight octets say what kind of binary it is: magic, then version and layer.
pub fn check_preamble(wasm: &[u8]) -> Result<(), Fault> {
    if wasm.len() < 8 || &wasm[..4] != b"\0asm" {
        return Err(Fault::new(Status::NotWasm, "the octets do not begin like WebAssembly"));
    }
    let layer = u16::from_le_bytes([wasm[6], wasm[7]]);
    if layer == 0 {
        return Err(Fault::new(Status::CoreModule, "a core module where a component is needed"));
    }
    Ok(())
}

fn find_http(pre: &InstancePre<HostState>, flavour: Flavour) -> Option<HttpExport> {
    if flavour == Flavour::Concurrent
        && let Ok(service) = p3::bindings::ServiceIndices::new(pre)
    {
        return Some(HttpExport::P3(service));
    }
    p2::bindings::ProxyIndices::new(pre).ok().map(HttpExport::P2)
}

pub fn link(
    engine: &Arc<EngineParts>,
    machine: &Machine,
    component: &Component,
) -> Result<WeComponent, Fault> {
    let pre = machine
        .linker
        .instantiate_pre(component)
        .map_err(|error| Fault::of(Status::Link, &error))?;
    let (engine, flavour) = (engine.clone(), machine.flavour);
    let http = find_http(&pre, flavour);
    Ok(WeComponent(Arc::new(ComponentParts { engine, flavour, pre, http })))
}

fn compile(machine: &Machine, wasm: &[u8]) -> Result<Component, Fault> {
    Component::from_binary(&machine.engine, wasm)
        .map_err(|error| Fault::of(Status::Compile, &error))
}

/// Whether the component names an interface of WASI 0.3.
fn imports_wasi_03(machine: &Machine, component: &Component) -> bool {
    let ty = component.component_type();
    ty.imports(&machine.engine).any(|(name, _)| name.starts_with("wasi:") && name.contains("@0.3."))
}

/// Compiles without the event loop if that can be. Validation, which comes before all compiling,
/// refuses what belongs to 0.3; a component that only names its interfaces fails to link.
fn new_component(engine: &WeEngine, wasm: &[u8]) -> Result<WeComponent, Fault> {
    check_preamble(wasm)?;
    check_functions(wasm)?;
    let engine = &engine.0;
    let plain = engine.machine(Flavour::Plain)?;
    if let Ok(component) = compile(plain, wasm) {
        let linked = link(engine, plain, &component);
        if linked.is_ok() || !imports_wasi_03(plain, &component) {
            return linked;
        }
    }
    let concurrent = engine.machine(Flavour::Concurrent)?;
    link(engine, concurrent, &compile(concurrent, wasm)?)
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
pub unsafe extern "C" fn we_component_http(component: *const WeComponent) -> i32 {
    match unsafe { component.as_ref() }.and_then(|component| component.0.http.as_ref()) {
        None => 0,
        Some(HttpExport::P2(_)) => 2,
        Some(HttpExport::P3(_)) => 3,
    }
}
