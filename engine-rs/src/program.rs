//! Programs: guests that run once from start to end and leave an exit code.

use crate::abi::{self, Context};
use crate::checks::{give, handle, options};
use crate::component::{ComponentParts, WeComponent};
use crate::engine::{EngineParts, new_store};
use crate::error::{Fault, Status, report};
use crate::limits::{RunningTime, WeInstanceOptions};
use crate::task::{WeTask, Work};
use crate::wasi_context::WasiContext;
use std::ffi::c_void;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as PollContext, Poll};
use wasmtime_wasi::I32Exit;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeCommandSink {
    pub size: usize,
    pub end: extern "C" fn(*mut c_void, i32, *const Fault),
    pub context: Context,
}
const _: () = assert!(size_of::<WeCommandSink>() == 24);
unsafe impl abi::Sized for WeCommandSink {
    const NAME: &'static str = "we_command_sink";
}

/// The exit code of a program that ended in its own way. Errors: how it died.
pub fn exit_code(
    ended: wasmtime::Result<Result<(), ()>>,
    growth_refused: bool,
) -> Result<i32, Fault> {
    match ended {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(exit) => Ok(exit.0),
            None => Err(Fault::of_guest(&error, growth_refused)),
        },
    }
}

/// What a program is started with.
pub struct Start {
    pub options: WeInstanceOptions,
    pub context: Arc<WasiContext>,
    pub running_time: Arc<RunningTime>,
    sink: WeCommandSink,
}

impl Start {
    /// # Safety
    /// The pointers are as the header says.
    pub unsafe fn new(
        engine: &EngineParts,
        raw: *const WeInstanceOptions,
        sink: *const WeCommandSink,
    ) -> Result<Start, Fault> {
        let (raw, sink) = unsafe { (options(raw)?, *options(sink)?) };
        let options = raw.resolved(engine.config.memory_bytes_max);
        let context = unsafe { raw.wasi_context.share() };
        let running_time = Arc::new(RunningTime::new(&options));
        Ok(Start { options, context, running_time, sink })
    }
}

/// A program's run as a task: it ends with one call of the sink.
struct Program<F> {
    run: Pin<Box<F>>,
    start: Arc<Start>,
}

impl<F: Future<Output = Result<i32, Fault>> + Send + 'static> Work for Program<F> {
    fn poll(&mut self, cx: &mut PollContext<'_>) -> Poll<()> {
        let running_time = &self.start.running_time;
        let polled = self.run.as_mut().poll(cx);
        running_time.end_poll();
        let ended = match polled {
            Poll::Ready(ended) => ended,
            Poll::Pending if running_time.is_used_up() => Err(Fault::cpu()),
            Poll::Pending => return Poll::Pending,
        };
        self.start.tell(ended);
        Poll::Ready(())
    }

    fn calls(&self) -> u32 {
        1
    }
}

impl Start {
    pub fn into_task<F>(self: Arc<Self>, engine: &EngineParts, run: F) -> WeTask
    where
        F: Future<Output = Result<i32, Fault>> + Send + 'static,
    {
        WeTask::new(Box::new(Program { run: Box::pin(run), start: self }), engine.counters.clone())
    }

    fn tell(&self, ended: Result<i32, Fault>) {
        let (code, fault) = match &ended {
            Ok(code) => (*code, std::ptr::null()),
            Err(fault) => (0, std::ptr::from_ref(fault)),
        };
        if let (Err(fault), Some(tell)) = (&ended, self.options.fault) {
            tell(self.options.context.0, fault);
        }
        (self.sink.end)(self.sink.context.0, code, fault);
    }
}

pub fn no_command(message: &str) -> Fault {
    Fault::new(Status::NoCommand, message)
}

const NO_RUN: &str = "the component does not export 'wasi:cli/run'";

async fn run_component(component: Arc<ComponentParts>, start: Arc<Start>) -> Result<i32, Fault> {
    let Some(command) = &component.command else { return Err(no_command(NO_RUN)) };
    let machine = component.engine.machine(component.flavour)?;
    let given = (&start.options, start.context.as_ref());
    let mut store = new_store(&component.engine, machine, given, start.running_time.clone())?;
    let ended = command.run(&component.pre, &mut store).await;
    exit_code(ended, store.data().growth_refused())
}

/// # Safety
/// The pointers are as the header says.
unsafe fn start(
    component: *const WeComponent,
    raw: *const WeInstanceOptions,
    sink: *const WeCommandSink,
) -> Result<WeTask, Fault> {
    let component = unsafe { handle(component, "component") }?.0.clone();
    let engine = component.engine.clone();
    let start = Arc::new(unsafe { Start::new(&engine, raw, sink) }?);
    if component.command.is_none() {
        return Err(no_command(NO_RUN));
    }
    Ok(start.clone().into_task(&engine, run_component(component, start)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_command_start(
    component: *const WeComponent,
    options: *const WeInstanceOptions,
    sink: *const WeCommandSink,
    out: *mut *mut WeTask,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { start(component, options, sink) }
        .and_then(|task| unsafe { give(task, out, "out") });
    unsafe { report(result, error) }
}
