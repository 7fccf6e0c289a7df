//! Calls of exported functions: encoded arguments in, an encoded result or a fault out.

use crate::abi::{self, Context, WeBuf, options};
use crate::body::WeBody;
use crate::error::{Fault, Status, report};
use crate::instance::Reply;
use crate::response::Guest;
use crate::serve::CallRequest;
use crate::task::WeTask;
use crate::value::{self, Handed, Value, WeStream};
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

/// What a call of a function came to. An error here leaves the guest as it was.
pub type Outcome = Result<Handed, Fault>;

/// A function and its arguments.
pub struct ExportRequest {
    pub function: usize,
    pub arguments: Value,
}

/// Waits for an outcome and passes it on.
pub struct ExportReply {
    outcome: Option<Outcome>,
    sink: WeCallSink,
    ended: bool,
}

impl ExportReply {
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    pub fn take(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }

    /// To be asked after polls of the guest, which is where outcomes come from: nobody is woken.
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
        let mut streams = Vec::new();
        streams.extend(handed.streams.into_iter().map(|stream| Box::into_raw(Box::new(stream))));
        let (context, bytes) = (self.sink.context.0, handed.bytes.into_buf());
        (self.sink.done)(context, bytes, streams.as_ptr(), streams.len(), null());
    }

    fn fail(&mut self, fault: &Fault) {
        self.ended = true;
        (self.sink.done)(self.sink.context.0, WeBuf::default(), null(), 0, fault);
    }
}

/// # Safety
/// The pointers are as the header says.
unsafe fn start(
    task: *mut WeTask,
    function: u32,
    arguments: Value,
    sink: *const WeCallSink,
    call: *mut u64,
) -> Result<(), Fault> {
    let Some(task) = (unsafe { task.as_mut() }) else {
        return Err(Fault::new(Status::Invalid, "'task' is null"));
    };
    if call.is_null() {
        return Err(Fault::new(Status::Invalid, "'call' is null"));
    }
    let sink = *unsafe { options(sink) }?;
    let request = ExportRequest { function: function as usize, arguments };
    let reply = Reply::Export(ExportReply { outcome: None, sink, ended: false });
    let id = task.instance()?.start(CallRequest::Export(request), reply)?;
    unsafe { *call = id };
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_call_start(
    task: *mut WeTask,
    function: u32,
    arguments: WeBuf,
    ends: *const *const WeBody,
    end_count: usize,
    sink: *const WeCallSink,
    call: *mut u64,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { value::with_ends(arguments, ends, end_count) }
        .and_then(|arguments| unsafe { start(task, function, arguments, sink, call) });
    unsafe { report(result, error) }
}
