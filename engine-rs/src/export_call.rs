//! Calls of exported functions: encoded arguments in, an encoded result or a fault out.

use crate::abi::WeBuf;
use crate::call_queue::{CallRequest, ExportRequest};
use crate::checks::options;
use crate::error::{Fault, Status, report};
use crate::export_reply::{ExportReply, WeCallSink};
use crate::instance::{Reply, instance_of};
use crate::task::WeTask;
use crate::value::{self, Value, WeBody};

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
    let reply = Reply::Export(ExportReply::new(sink));
    let id = instance_of(task)?.start(CallRequest::Export(request), reply)?;
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
