//! Calls of exported functions: encoded arguments in, an encoded result or a fault out.

use crate::abi::{self, Context, WeBuf, options};
use crate::error::{Fault, Status, report};
use crate::instance::Reply;
use crate::response::Guest;
use crate::serve::Turn;
use crate::task::WeTask;
use crate::value::{Octets, Value};
use futures::channel::oneshot;
use std::ffi::c_void;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeCallSink {
    pub size: usize,
    pub done: extern "C" fn(*mut c_void, WeBuf, *const Fault),
    pub context: Context,
}
const _: () = assert!(size_of::<WeCallSink>() == 24);
unsafe impl abi::Sized for WeCallSink {
    const NAME: &'static str = "we_call_sink";
}

/// What a call of a function came to. An error here leaves the guest as it was.
pub type Outcome = Result<Octets, Fault>;

/// A function, its arguments, and where the outcome goes.
pub struct ExportTurn {
    pub function: usize,
    pub arguments: Value,
    pub outcome: oneshot::Sender<Outcome>,
}

/// Waits for an outcome and passes it on.
pub struct ExportReply {
    outcome: oneshot::Receiver<Outcome>,
    sink: WeCallSink,
    ended: bool,
}

impl ExportReply {
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// To be asked after each poll of the guest, which is where outcomes come from: nobody is woken.
    pub fn poll(&mut self, guest: Guest<'_>) {
        if self.ended {
            return;
        }
        match (self.outcome.try_recv(), guest) {
            (Ok(Some(Ok(value))), _) => self.end(value.into_buf(), None),
            (Ok(Some(Err(fault))), _) => self.end(WeBuf::default(), Some(&fault)),
            (_, Guest::Failed(fault)) => self.end(WeBuf::default(), Some(fault)),
            (Err(_), _) | (Ok(None), Guest::Returned) => {
                let fault = Fault::new(Status::NoResponse, "the guest ended without a result");
                self.end(WeBuf::default(), Some(&fault));
            }
            (Ok(None), Guest::Running) => {}
        }
    }

    fn end(&mut self, value: WeBuf, fault: Option<&Fault>) {
        self.ended = true;
        let fault = fault.map_or(std::ptr::null(), std::ptr::from_ref);
        (self.sink.done)(self.sink.context.0, value, fault);
    }
}

/// # Safety
/// The pointers are as the header says.
unsafe fn start(
    task: *mut WeTask,
    function: u32,
    arguments: WeBuf,
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
    let (sender, outcome) = oneshot::channel();
    let function = function as usize;
    let turn = ExportTurn { function, arguments: arguments.into(), outcome: sender };
    let reply = Reply::Export(ExportReply { outcome, sink, ended: false });
    let id = task.instance()?.start(Turn::Export(turn), reply)?;
    unsafe { *call = id };
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_call_start(
    task: *mut WeTask,
    function: u32,
    arguments: WeBuf,
    sink: *const WeCallSink,
    call: *mut u64,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { start(task, function, arguments, sink, call) };
    unsafe { report(result, error) }
}
