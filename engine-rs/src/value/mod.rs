//! Any import and any export of a component, with values in one encoding (that of wRPC) between guests
//! and the C side. `describe` says what there is, `imports` and `exports` are the two directions of a
//! call, `lift` and `lower` the codec between a guest's memory and bytes, `slots` how wasmtime meets
//! it; `import_call` is a question to the C side until its answer; `streams` and `payload` are what of 0.3
//! outlives a call. The codec uses wasmtime's traits for values, which are public but not stable: only
//! `lift`, `lower`, `slots` and `types` know them, and the tests compare them with wasmtime's own values.

mod check;
mod describe;
mod encoded;
mod exports;
mod handles;
mod hook;
mod import_call;
mod imports;
mod json;
mod lift;
mod lower;
mod payload;
mod shape;
mod slots;
mod streams;
mod types;
mod value;
mod wire;

#[cfg(test)]
mod tests;

pub use encoded::Encoded;
pub use exports::{Calls, Exports};
pub use handles::HandlesFull;
pub use hook::{WeImports, with_ends};
pub use lift::Handed;
pub use streams::{OpenStreams, WeStream};
pub use value::Value;

use crate::abi::WeStr;
use crate::error::Fault;
use crate::store::HostState;
use handles::Handles;
use import_call::Spares;
use imports::Imports;
use std::sync::Arc;
use wasmtime::component::{Component, Linker};

/// What a store knows about values.
pub struct State {
    imports: WeImports,
    spares: Spares,
    handles: Handles,
    /// What one call may hand over, in each direction.
    bytes_max: usize,
    /// How messages name the imports, by number; known once one of them was called.
    import_names: Option<Arc<Vec<String>>>,
    pub open_streams: Arc<OpenStreams>,
}

impl State {
    /// `handles_max` counts for each direction, `bytes_max` for one call and direction.
    pub fn new(imports: WeImports, handles_max: u32, bytes_max: u64) -> Self {
        let handles = Handles::new(handles_max as usize);
        let bytes_max = bytes_max as usize;
        State {
            imports,
            spares: Spares::default(),
            handles,
            bytes_max,
            import_names: None,
            open_streams: Arc::default(),
        }
    }

    /// Gives a handle to the guest; one that cannot be given goes back.
    fn give(&mut self, resource: u32, bytes: &[u8]) -> wasmtime::Result<u32> {
        let given = self.handles.give(resource, bytes);
        if given.is_err() {
            self.tell_dropped(resource, bytes);
        }
        given
    }

    fn drop_resource(&mut self, rep: u32) {
        if let Some(handle) = self.handles.take_back(rep) {
            self.tell_dropped(handle.resource, &handle.bytes);
        }
    }

    fn tell_dropped(&self, resource: u32, bytes: &[u8]) {
        if let Some(drop_resource) = self.imports.drop_resource {
            drop_resource(self.imports.context.0, resource, WeStr::of(bytes));
        }
    }
}

/// What the guest still owned goes back with its store.
impl Drop for State {
    fn drop(&mut self) {
        let handles: Vec<_> = self.handles.drain().collect();
        for handle in handles {
            self.tell_dropped(handle.resource, &handle.bytes);
        }
    }
}

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

/// The fault that an error of this module stands for.
pub fn fault_of(error: &wasmtime::Error) -> Option<Fault> {
    error.downcast_ref().map(hook::Refusal::fault).or_else(|| argument_fault_of(error))
}

/// The same if arguments were refused: the guest was not entered and is as it was.
pub fn argument_fault_of(error: &wasmtime::Error) -> Option<Fault> {
    error.downcast_ref().map(exports::BadArguments::fault)
}
