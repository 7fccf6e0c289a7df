//! Components: validated, compiled and linked once, shared by all instances.

use crate::abi::{WeBuf, WeStr, give, handle, put, take};
use crate::artifact::check_functions;
use crate::command::Command;
use crate::engine::{EngineParts, Flavour, Machine, WeEngine};
use crate::error::{Fault, Status, report};
use crate::store::HostState;
use crate::value;
use std::sync::{Arc, OnceLock};
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
    /// Present when it exports wasi:cli/run.
    pub command: Option<Command>,
    exports: OnceLock<Result<Arc<value::Exports>, Fault>>,
}

impl ComponentParts {
    /// Its exported functions, looked at when they are first asked for. Errors: Link.
    pub fn exports(&self) -> Result<Arc<value::Exports>, Fault> {
        self.exports.get_or_init(|| value::exports_of(self.pre.component())).clone()
    }

    /// Whether it exports anything that is not of WASI.
    pub fn exports_beyond_wasi(&self) -> bool {
        let component = self.pre.component();
        component
            .component_type()
            .exports(component.engine())
            .any(|(name, _)| !name.starts_with("wasi:"))
    }
}

/// `we_component`.
pub struct WeComponent(pub Arc<ComponentParts>);

/// The first eight bytes say what kind of binary it is: magic, then version and layer.
pub fn check_preamble(wasm: &[u8]) -> Result<(), Fault> {
    if wasm.len() < 8 || &wasm[..4] != b"\0asm" {
        return Err(Fault::new(Status::NotWasm, "the bytes do not begin like WebAssembly"));
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

/// Who answers imports that the engine does not offer.
#[derive(Clone, Copy)]
pub enum Imports {
    Nobody,
    Caller,
}

impl Imports {
    pub fn of(value: i32) -> Result<Self, Fault> {
        match value {
            0 => Ok(Imports::Nobody),
            1 => Ok(Imports::Caller),
            _ => Err(Fault::new(Status::Invalid, format!("'imports' is {value}, it is 0 or 1"))),
        }
    }
}

pub fn link(
    engine: &Arc<EngineParts>,
    machine: &Machine,
    component: &Component,
    imports: Imports,
) -> Result<WeComponent, Fault> {
    let pre = match imports {
        Imports::Nobody => machine.linker.instantiate_pre(component),
        Imports::Caller => {
            let concurrency = machine.flavour == Flavour::Concurrent;
            value::extend(&machine.linker, component, concurrency)?.instantiate_pre(component)
        }
    };
    let pre = pre.map_err(|error| Fault::of(Status::Link, &error))?;
    let (engine, flavour) = (engine.clone(), machine.flavour);
    let (http, command) = (find_http(&pre, flavour), Command::of(&pre, flavour));
    let exports = OnceLock::new();
    Ok(WeComponent(Arc::new(ComponentParts { engine, flavour, pre, http, command, exports })))
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
fn new_component(engine: &WeEngine, wasm: &[u8], imports: Imports) -> Result<WeComponent, Fault> {
    check_preamble(wasm)?;
    check_functions(wasm)?;
    let engine = &engine.0;
    let plain = engine.machine(Flavour::Plain)?;
    if let Ok(component) = compile(plain, wasm) {
        let linked = link(engine, plain, &component, imports);
        if linked.is_ok() || !imports_wasi_03(plain, &component) {
            return linked;
        }
    }
    let concurrent = engine.machine(Flavour::Concurrent)?;
    link(engine, concurrent, &compile(concurrent, wasm)?, imports)
}

/// # Safety
/// The pointers are as the header says.
unsafe fn give_component(
    engine: *const WeEngine,
    wasm: WeStr,
    imports: Imports,
    out: *mut *mut WeComponent,
) -> Result<(), Fault> {
    let engine = unsafe { handle(engine, "engine") }?;
    let component = new_component(engine, unsafe { wasm.bytes() }, imports)?;
    unsafe { give(component, out, "out") }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_component_new(
    engine: *const WeEngine,
    wasm: WeStr,
    out: *mut *mut WeComponent,
    error: *mut *mut Fault,
) -> i32 {
    unsafe { report(give_component(engine, wasm, Imports::Nobody, out), error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_component_new_open(
    engine: *const WeEngine,
    wasm: WeStr,
    out: *mut *mut WeComponent,
    error: *mut *mut Fault,
) -> i32 {
    unsafe { report(give_component(engine, wasm, Imports::Caller, out), error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_component_describe(
    component: *const WeComponent,
    out: *mut WeBuf,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { handle(component, "component") }
        .and_then(|component| value::describe(component.0.pre.component()))
        .and_then(|description| unsafe { put(description.into_buf(), out, "out") });
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

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_component_command(component: *const WeComponent) -> i32 {
    match unsafe { component.as_ref() }.and_then(|component| component.0.command.as_ref()) {
        None => 0,
        Some(Command::P2(_)) => 2,
        Some(Command::P3(_)) => 3,
    }
}
