//! HTTP requests as calls of an instance.

use crate::call_queue::{CallRequest, HttpCall};
use crate::checks::options;
use crate::error::{Fault, Status, report};
use crate::instance::{Reply, instance_of};
use crate::request::{WeHttpRequest, request_of};
use crate::response::{Response, WeHttpSink};
use crate::task::WeTask;
use crate::window::Window;
use futures::channel::oneshot;
use std::sync::Arc;

/// # Safety
/// The pointers are as the header says.
unsafe fn start(
    task: *mut WeTask,
    request: *const WeHttpRequest,
    sink: *const WeHttpSink,
    call: *mut u64,
) -> Result<(), Fault> {
    let Some(task) = (unsafe { task.as_mut() }) else {
        return Err(Fault::new(Status::Invalid, "'task' is null"));
    };
    if call.is_null() {
        return Err(Fault::new(Status::Invalid, "'call' is null"));
    }
    let (raw, sink) = unsafe { (options(request)?, *options(sink)?) };
    let instance = instance_of(task)?;
    if !instance.handles_http() {
        let message = "the component exports no handler of HTTP requests";
        return Err(Fault::new(Status::NoHandler, message));
    }
    let request = unsafe { request_of(raw) }?;
    let (answer, receiver) = oneshot::channel();
    let window = Arc::<Window>::default();
    let response = Response::new(sink, receiver, window.clone());
    let request = CallRequest::Http(Box::new(HttpCall { request, answer, window }));
    let id = instance.start(request, Reply::Http(response))?;
    unsafe { *call = id };
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_http_start(
    task: *mut WeTask,
    request: *const WeHttpRequest,
    sink: *const WeHttpSink,
    call: *mut u64,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { start(task, request, sink, call) };
    unsafe { report(result, error) }
}
