//! A call of an import as the guest waits for it: the handles of an answer that does not reach it, and
//! the room that its arguments take.

use super::check::Receiver;
use super::from_host::Value;
use super::handles::{Handles, HostHandle};
use super::import_call::Asking;
use super::shape::Shape;
use super::state::{ImportFacts, Room, WeImports};
use std::slice::from_ref;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use wasmtime::Result;

/// The most ends that one answer may bring.
pub const ENDS_MAX: usize = 128;

/// Where an answer's handles are looked for when it does not reach the guest.
pub struct Undelivered {
    pub imports: WeImports,
    pub facts: Arc<Vec<ImportFacts>>,
    pub function: u32,
}

impl Undelivered {
    /// Tells each handle in `value` as dropped that the guest has not got.
    pub fn tell(&self, value: &Value) {
        let Some(shape) = &self.facts[self.function as usize].with_handles else { return };
        let settled = value.handles_settled.load(Relaxed);
        for handle in handles_in(value.bytes.as_ref(), shape).into_iter().skip(settled) {
            self.imports.tell_dropped(handle.resource, &handle.bytes);
        }
    }
}

/// The handles in an encoded value, in their order; in bytes that are no value those before the fault.
fn handles_in(bytes: &[u8], shape: &Shape) -> Vec<HostHandle> {
    let mut handles = Handles::new(usize::MAX);
    let call = Some(handles.begin_call());
    let ends = vec![true; ENDS_MAX];
    let receiver = Receiver { handles: &mut handles, call, room: usize::MAX, ends };
    drop(receiver.check(bytes, from_ref(shape), 0));
    handles.drain().collect()
}

/// The guest's side of a call. Dropping it gives the call up.
pub struct Asked {
    pub asking: Asking,
    /// Present when there are handles in the type of the answer.
    pub undelivered: Option<Undelivered>,
    pub _room: Option<Room>,
}

impl Asked {
    /// The answer, and who looks after the handles in it from then on.
    pub async fn answer(mut self) -> Result<(Value, Option<Undelivered>)> {
        let value = (&mut self.asking).await?;
        Ok((value, self.undelivered.take()))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(undelivered) = &self.undelivered
            && let Some(value) = self.asking.give_up()
        {
            undelivered.tell(&value);
        }
    }
}
