//! What a store knows about values.

use super::handles::Handles;
use super::import_call::ImportCall;
use super::pipe::OpenStreams;
use super::shape::Shape;
use crate::abi::{Context, WeBuf, WeStr};
use crate::error::{Fault, Status};
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// `we_imports`: who answers the imports of one store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeImports {
    pub call: Option<extern "C" fn(*mut c_void, u64, u32, WeBuf, *const ImportCall)>,
    pub drop_resource: Option<extern "C" fn(*mut c_void, u32, WeStr)>,
    pub context: Context,
}
const _: () = assert!(size_of::<WeImports>() == 24);

impl WeImports {
    pub fn tell_dropped(&self, resource: u32, bytes: &[u8]) {
        if let Some(drop_resource) = self.drop_resource {
            drop_resource(self.context.0, resource, WeStr::of(bytes));
        }
    }
}

/// What is known of one import.
pub struct ImportFacts {
    /// How messages name it.
    pub path: String,
    /// The type of its answer, if there are handles in it.
    pub with_handles: Option<Shape>,
}

/// Arguments below this size do not count: as many as there can be are little.
const SMALL_BYTES: usize = 4 << 10;
/// How often an instance may have what one call may hand over in calls that were not answered.
const CALLS_IN_FLIGHT: usize = 4;

/// The room that the arguments of one call take until it is answered.
pub struct Room {
    in_flight: Arc<AtomicUsize>,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.in_flight.fetch_sub(self.bytes, Relaxed);
    }
}

/// What a store knows about values.
pub struct State {
    pub imports: WeImports,
    /// The call of an export that the guest is in: exactly that one if the guest serves its calls one
    /// after the other, else the newest that has begun.
    pub call: u64,
    pub handles: Handles,
    /// What one call may hand over, in each direction.
    pub bytes_max: usize,
    /// By number; known once one of them was called.
    pub import_facts: Option<Arc<Vec<ImportFacts>>>,
    /// The larger arguments of calls of imports that were not answered.
    in_flight: Arc<AtomicUsize>,
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
            import_facts: None,
            in_flight: Arc::default(),
            open_streams: Arc::default(),
        }
    }

    /// Gives a handle to the guest; one that cannot be given goes back.
    pub fn give(&mut self, resource: u32, bytes: &[u8]) -> wasmtime::Result<u32> {
        let given = self.handles.give(resource, bytes);
        if given.is_err() {
            self.imports.tell_dropped(resource, bytes);
        }
        given
    }

    /// Room for the arguments of a call; small ones need none. Errors: HostData.
    pub fn room_for(&self, bytes: usize) -> Result<Option<Room>, Fault> {
        if bytes < SMALL_BYTES {
            return Ok(None);
        }
        let most = self.bytes_max.saturating_mul(CALLS_IN_FLIGHT);
        let room = Room { in_flight: self.in_flight.clone(), bytes };
        if self.in_flight.fetch_add(bytes, Relaxed).saturating_add(bytes) > most {
            let message = format!(
                "the guest has more than {most} bytes of arguments in calls of imports that were not answered"
            );
            return Err(Fault::new(Status::HostData, message));
        }
        Ok(Some(room))
    }

    pub fn drop_resource(&mut self, rep: u32) {
        if let Some(handle) = self.handles.take_back(rep) {
            self.imports.tell_dropped(handle.resource, &handle.bytes);
        }
    }
}

/// What the guest still owned goes back with its store.
impl Drop for State {
    fn drop(&mut self) {
        let handles: Vec<_> = self.handles.drain().collect();
        for handle in handles {
            self.imports.tell_dropped(handle.resource, &handle.bytes);
        }
    }
}
