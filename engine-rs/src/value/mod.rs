//! Any import and any export of a component, with values in one encoding (that of wRPC) between guests
//! and the C side. `describe` says what there is, `imports` and `exports` are the two directions of a
//! call, `lift` and `lower` the codec between a guest's memory and bytes, `slots` how wasmtime meets
//! it; `import_call` is a question to the C side until its answer; `streams`, `lower::future_value` and, for 0.2,
//! `io` are what outlives a call. The codec uses wasmtime's traits for values, which are public but not stable: only
//! `lift`, `lower`, `slots` and `types` know them, and the tests compare them with wasmtime's own values.

mod asked;
mod check;
mod describe;
mod encoded;
pub mod ends;
mod exports;
mod from_host;
pub mod handed;
pub mod handed_stream;
mod handles;
mod hook;
mod import_call;
mod imports;
mod io;
mod io_table;
mod json;
mod lift;
mod lower;
mod pipe;
mod shape;
mod slots;
pub mod state;
mod streams;
mod types;
mod wire;

#[cfg(test)]
mod tests;

pub use encoded::Encoded;
pub use ends::WeBody;
pub use exports::{Calls, Exports, argument_fault_of};
pub use from_host::Value;
pub use handed_stream::WeStream;
pub use hook::with_ends;

use crate::error::Fault;
use crate::store::HostState;
use imports::Imports;
use std::sync::Arc;
use wasmtime::component::{Component, Linker};

fn description_of(component: &Component) -> Result<describe::Description, Fault> {
    describe::Description::of(&component.component_type(), component.engine())
}

/// What a component imports and exports, as JSON. Errors: Link when its types are too large.
pub fn describe(component: &Component) -> Result<Encoded, Fault> {
    Ok(json::describe(&description_of(component)?).as_bytes().into())
}

/// The exports of a component, numbered as in its description. Errors: Link.
pub fn exports_of(component: &Component) -> Result<Arc<Exports>, Fault> {
    Ok(Arc::new(Exports::of(&description_of(component)?, component)?))
}

/// `linker` and every import of `component` that it lacks. `concurrency`: its engine has the event
/// loop. Errors: Link, naming what cannot be carried.
pub fn extend(
    linker: &Linker<HostState>,
    component: &Component,
    concurrency: bool,
) -> Result<Linker<HostState>, Fault> {
    let mut linker = linker.clone();
    let description = description_of(component)?;
    Imports { description: &description, concurrency }.define(component, &mut linker)?;
    Ok(linker)
}
