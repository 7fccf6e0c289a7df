//! Components: validated, compiled and linked once, shared by all instances.

use crate::abi::{WeBuf, take};
use crate::checks::{handle, put};
use crate::command::Command;
use crate::config::Flavour;
use crate::engine::{EngineParts, Machine};
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

    /// Whether it exports anything but what the engine itself calls.
    pub fn exports_functions(&self) -> bool {
        let component = self.pre.component();
        let own = ["wasi:http/incoming-handler@", "wasi:http/handler@", "wasi:cli/run@"];
        component
            .component_type()
            .exports(component.engine())
            .any(|(name, _)| !own.iter().any(|own| name.starts_with(own)))
    }
}

/// `we_component`.
pub struct WeComponent(pub Arc<ComponentParts>);

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
