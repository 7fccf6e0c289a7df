//! What a store knows about values.

use super::handles::Handles;
use super::import_call::ImportCall;
use super::pipe::OpenStreams;
use crate::abi::{Context, WeBuf, WeStr};
use std::ffi::c_void;
use std::sync::Arc;

/// `we_imports`: who answers the imports of one store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeImports {
    pub call: Option<extern "C" fn(*mut c_void, u64, u32, WeBuf, *const ImportCall)>,
    pub drop_resource: Option<extern "C" fn(*mut c_void, u32, WeStr)>,
    pub context: Context,
}
const _: () = assert!(size_of::<WeImports>() == 24);

/// What a store knows about values.
pub struct State {
    pub imports: WeImports,
    /// The call of an export that the guest is in: exactly that one if the guest serves its calls one
    /// after the other, else the newest that has begun.
    pub call: u64,
    pub handles: Handles,
    /// What one call may hand over, in each direction.
    pub bytes_max: usize,
    /// How messages name the imports, by number; known once one of them was called.
    pub import_names: Option<Arc<Vec<String>>>,
    pub open_streams: Arc<OpenStreams>,
}

impl State {
    /// `bytes_max` is for one call and direction.
    pub fn new(imports: WeImports, handles_max: u32, bytes_max: u64) -> Self {
        let handles = Handles::new(handles_max as usize);
        let bytes_max = bytes_max as usize;
        State {
            imports,
            call: 0,
            handles,
            bytes_max,
            import_names: None,
            open_streams: Arc::default(),
        }
    }

    /// Gives a handle to the guest; one that cannot be given goes back.
    pub fn give(&mut self, resource: u32, bytes: &[u8]) -> wasmtime::Result<u32> {
        let given = self.handles.give(resource, bytes);
        if given.is_err() {
            self.tell_dropped(resource, bytes);
        }
        given
    }

    pub fn drop_resource(&mut self, rep: u32) {
        if let Some(handle) = self.handles.take_back(rep) {
            self.tell_dropped(handle.resource, &handle.bytes);
        }
    }

    pub fn tell_dropped(&self, resource: u32, bytes: &[u8]) {
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
