//! What a call of an exported function came to, on its way to the C side.

use crate::abi::{self, Context, WeBuf};
use crate::call_queue::Outcome;
use crate::error::{Fault, Status};
use crate::response::Guest;
use crate::value::WeStream;
use crate::value::handed::Handed;
use std::ffi::c_void;
use std::ptr::null;

type Done = extern "C" fn(*mut c_void, WeBuf, *const *mut WeStream, usize, *const Fault);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeCallSink {
    pub size: usize,
    pub done: Done,
    pub context: Context,
}
const _: () = assert!(size_of::<WeCallSink>() == 24);
unsafe impl abi::Sized for WeCallSink {
    const NAME: &'static str = "we_call_sink";
}

/// Waits for an outcome and passes it on.
pub struct ExportReply {
    outcome: Option<Outcome>,
    sink: WeCallSink,
    ended: bool,
}

impl ExportReply {
    pub fn new(sink: WeCallSink) -> Self {
        ExportReply { outcome: None, sink, ended: false }
    }

    pub fn has_ended(&self) -> bool {
        self.ended
    }

    pub fn take(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }

    /// Called after each poll of the guest, where outcomes come from: no waker is kept.
    pub fn poll(&mut self, guest: Guest<'_>) {
        if self.ended {
            return;
        }
        match (self.outcome.take(), guest) {
            (Some(Ok(handed)), _) => self.end(handed),
            (Some(Err(fault)), _) => self.fail(&fault),
            (None, Guest::Failed(fault)) => self.fail(fault),
            (None, Guest::Returned) => {
                self.fail(&Fault::new(Status::NoResponse, "the guest ended without a result"));
            }
            (None, Guest::Running) => {}
        }
    }

    fn end(&mut self, handed: Handed) {
        self.ended = true;
        let (bytes, streams) = handed.arrive();
        let streams: Vec<_> =
            streams.into_iter().map(|stream| Box::into_raw(Box::new(stream))).collect();
        (self.sink.done)(self.sink.context.0, bytes, streams.as_ptr(), streams.len(), null());
    }

    fn fail(&mut self, fault: &Fault) {
        self.ended = true;
        (self.sink.done)(self.sink.context.0, WeBuf::default(), null(), 0, fault);
    }
}
