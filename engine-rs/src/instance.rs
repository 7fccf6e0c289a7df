//! An instance as a task: the calls that wait for it, those it serves, and their responses on the
//! way out.

use crate::call_queue::{CallEvent, CallQueue, CallRequest, QueuedCall};
use crate::checks::{give, handle, options};
use crate::component::{ComponentParts, WeComponent};
use crate::error::{Fault, Status, instance_lost, report};
use crate::export_reply::ExportReply;
use crate::limits::{RunningTime, WeInstanceOptions};
use crate::response::{Guest, Response};
use crate::serve::{self, Ended};
use crate::task::{WeTask, Work};
use crate::wasi_context::WasiContext;
use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The way out of one call.
pub enum Reply {
    Http(Response),
    Export(ExportReply),
}

impl Reply {
    fn poll(&mut self, cx: &mut Context<'_>, guest: Guest<'_>) {
        match self {
            Reply::Http(response) => response.poll(cx, guest),
            Reply::Export(reply) => reply.poll(guest),
        }
    }

    fn has_ended(&self) -> bool {
        match self {
            Reply::Http(response) => response.has_ended(),
            Reply::Export(reply) => reply.has_ended(),
        }
    }
}

/// A call whose reply somebody waits for.
struct Call {
    id: u64,
    reply: Reply,
    /// The guest is done with it.
    returned: bool,
}

pub struct Instance {
    /// Kept when the guest has to be given up while it runs: responses are still read from its store.
    guest: Pin<Box<dyn Future<Output = Ended> + Send>>,
    ended: Option<Ended>,
    queue: Arc<CallQueue>,
    calls: Vec<Call>,
    calls_made: u64,
    component: Arc<ComponentParts>,
    running_time: Arc<RunningTime>,
    options: WeInstanceOptions,
}

impl Instance {
    /// `options` are resolved.
    fn new(component: &WeComponent, options: WeInstanceOptions, context: Arc<WasiContext>) -> Self {
        let queue = Arc::new(CallQueue::default());
        let running_time = Arc::new(RunningTime::new(&options));
        let given = (options, context);
        let guest = serve::serve(component.0.clone(), given, queue.clone(), running_time.clone());
        Instance {
            guest: Box::pin(guest),
            ended: None,
            queue,
            calls: Vec::new(),
            calls_made: 0,
            component: component.0.clone(),
            running_time,
            options,
        }
    }

    /// Hands a call to the guest. Errors: State, once the instance was closed or has ended.
    pub fn start(&mut self, request: CallRequest, reply: Reply) -> Result<u64, Fault> {
        if self.ended.is_some() || self.queue.is_closed() {
            return Err(Fault::new(Status::State, "the instance takes no more calls"));
        }
        self.calls_made += 1;
        let id = self.calls_made;
        self.calls.push(Call { id, reply, returned: false });
        self.queue.add(QueuedCall { id, request });
        Ok(id)
    }

    pub fn handles_http(&self) -> bool {
        self.component.http.is_some()
    }

    fn close(&mut self) {
        self.queue.close();
    }

    fn resume(&mut self, id: u64) {
        let call = self.calls.iter_mut().find(|call| call.id == id);
        if let Some(Call { reply: Reply::Http(response), .. }) = call {
            response.resume();
        }
    }

    /// Nobody wants to hear of the call any more; a guest that has begun it goes on.
    fn give_up(&mut self, id: u64) {
        self.calls.retain(|call| call.id != id);
        self.queue.remove(id);
    }

    fn poll_guest(&mut self, cx: &mut Context<'_>) {
        if self.ended.is_some() {
            return;
        }
        let polled = self.guest.as_mut().poll(cx);
        self.running_time.end_poll();
        let ended = match polled {
            Poll::Ready(ended) => ended,
            Poll::Pending if self.running_time.is_used_up() && self.queue.calls() > 0 => {
                Ended::without_store(Fault::cpu())
            }
            Poll::Pending => return,
        };
        if let (Some(fault), Some(tell)) = (&ended.fault, self.options.fault) {
            tell(self.options.context.0, fault);
        }
        self.ended = Some(ended);
    }

    /// What every call is told of a fault that ends more than one.
    fn lost_with_another(&self, fault: &Fault) -> Option<Fault> {
        let unreturned = self.calls.iter().filter(|call| !call.returned).count();
        (unreturned > 1).then(|| instance_lost(fault, unreturned))
    }

    /// True if something may have arrived of a reply.
    fn take_news(&mut self) -> bool {
        let calls = &mut self.calls;
        let has_events = self.queue.drain_events(|(id, events)| {
            let Some(call) = calls.iter_mut().find(|call| call.id == id) else { return };
            match (events, &mut call.reply) {
                (CallEvent::Outcome(outcome), Reply::Export(reply)) => reply.take(outcome),
                _ => call.returned = true,
            }
        });
        let is_read = |call: &Call| matches!(call.reply, Reply::Http(_));
        has_events || self.ended.is_some() || self.calls.iter().any(is_read)
    }

    /// Passes on what has arrived of every reply; drops those that are complete.
    fn poll_replies(&mut self, cx: &mut Context<'_>) {
        if !self.take_news() {
            return;
        }
        let fault = self.ended.as_ref().and_then(|ended| ended.fault.as_ref());
        let shared = fault.and_then(|one| self.lost_with_another(one));
        let fault = shared.as_ref().or(fault);
        let has_ended = self.ended.is_some();
        self.calls.retain_mut(|call| {
            let standing = match fault {
                _ if call.returned => Guest::Returned,
                Some(fault) => Guest::Failed(fault),
                None if has_ended => Guest::Returned,
                None => Guest::Running,
            };
            call.reply.poll(cx, standing);
            !call.reply.has_ended()
        });
    }
}

impl Work for Instance {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_guest(cx);
        self.poll_replies(cx);
        if self.ended.is_some() && self.calls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn calls(&self) -> u32 {
        if self.ended.is_some() { 0 } else { self.queue.calls() }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_instance_new(
    component: *const WeComponent,
    raw: *const WeInstanceOptions,
    out: *mut *mut WeTask,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { handle(component, "component") }.and_then(|component| {
        let engine = &component.0.engine;
        let options = unsafe { options(raw) }?.resolved(engine.config.memory_bytes_max);
        let context = unsafe { options.wasi_context.share() };
        let instance = Instance::new(component, options, context);
        let task = WeTask::new(Box::new(instance), engine.counters.clone());
        unsafe { give(task, out, "out") }
    });
    unsafe { report(result, error) }
}

/// The instance that a task runs, while it does.
pub fn instance_of(task: &mut WeTask) -> Result<&mut Instance, Fault> {
    let work = task.work().and_then(|work| (work as &mut dyn Any).downcast_mut());
    work.ok_or_else(|| Fault::new(Status::State, "the task runs no instance, or it has ended"))
}

/// # Safety
/// `task` is null or a live handle.
unsafe fn with_instance(task: *mut WeTask, change: impl FnOnce(&mut Instance)) {
    if let Some(Ok(instance)) = unsafe { task.as_mut() }.map(instance_of) {
        change(instance);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_instance_close(task: *mut WeTask) {
    unsafe { with_instance(task, Instance::close) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_call_resume(task: *mut WeTask, call: u64) {
    unsafe { with_instance(task, |instance| instance.resume(call)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_call_drop(task: *mut WeTask, call: u64) {
    unsafe { with_instance(task, |instance| instance.give_up(call)) }
}
