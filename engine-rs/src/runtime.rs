//! What a process has once: the reactor for guests' timers, the C wakers, the panic rule; and what
//! a thread has while it polls: the slice of the task at hand.

use crate::abi;
use crate::checks::options;
use crate::error::{Fault, Status, report};
use crate::ticker;
use std::cell::Cell;
use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::sync::OnceLock;
use std::task::{RawWaker, RawWakerVTable, Waker};
use std::time::{Duration, Instant};
use tokio::runtime::{Handle, Runtime};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeWakerVtable {
    pub size: usize,
    pub clone: extern "C" fn(*mut c_void),
    pub wake: extern "C" fn(*mut c_void),
    pub drop: extern "C" fn(*mut c_void),
}
const _: () = assert!(size_of::<WeWakerVtable>() == 32);
unsafe impl abi::Sized for WeWakerVtable {
    const NAME: &'static str = "we_waker_vtable";
}

struct Process {
    tokio: Runtime,
    wakers: WeWakerVtable,
}

static PROCESS: OnceLock<Process> = OnceLock::new();

/// The process must be initialised; engines cannot be made before, so a task implies it.
fn process() -> &'static Process {
    PROCESS.get().expect("we_runtime_init comes first")
}

pub fn is_initialised() -> bool {
    PROCESS.get().is_some()
}

/// Guests' timers need a reactor in scope whenever their futures are polled or dropped. A thread that
/// does either once stays in it, so that further polls cost nothing.
pub fn enter() {
    if !ENTERED.replace(true) && Handle::try_current().is_err() {
        std::mem::forget(process().tokio.enter());
    }
}

fn init(vtable: &WeWakerVtable) -> Result<(), Fault> {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(16)
        .thread_name("weft-reactor")
        .enable_all()
        .build()
        .map_err(|e| Fault::new(Status::Engine, format!("cannot start the reactor: {e}")))?;
    if PROCESS.set(Process { tokio, wakers: *vtable }).is_err() {
        return Err(Fault::new(Status::State, "the engine is initialised already"));
    }
    // Tests report a panic by unwinding to their harness.
    #[cfg(not(test))]
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("weft engine: {panic}; the process ends because its memory cannot be trusted");
        std::process::abort();
    }));
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_runtime_init(
    vtable: *const WeWakerVtable,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { options(vtable) }.and_then(init);
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub extern "C" fn we_thread_attach() {
    wasmtime::Engine::tls_eager_initialize();
}

static RAW_WAKERS: RawWakerVTable = RawWakerVTable::new(
    |data| {
        (process().wakers.clone)(data as *mut c_void);
        RawWaker::new(data, &RAW_WAKERS)
    },
    |data| {
        (process().wakers.wake)(data as *mut c_void);
        (process().wakers.drop)(data as *mut c_void);
    },
    |data| (process().wakers.wake)(data as *mut c_void),
    |data| (process().wakers.drop)(data as *mut c_void),
);

/// The caller's waker, borrowed for one poll: costs no reference.
///
/// # Safety
/// `data` stays valid while the returned value is used.
pub unsafe fn borrow_waker(data: *mut c_void) -> ManuallyDrop<Waker> {
    ManuallyDrop::new(unsafe {
        Waker::from_raw(RawWaker::new(data.cast_const().cast(), &RAW_WAKERS))
    })
}

/// Makes `known` a waker of the task that `waker` wakes.
pub fn remember(known: &mut Option<Waker>, waker: &Waker) {
    match known {
        Some(known) => known.clone_from(waker),
        None => *known = Some(waker.clone()),
    }
}

/// The poll that this thread is in.
#[derive(Clone, Copy)]
struct Slice {
    begin: Instant,
    yielded: bool,
}

thread_local! {
    static ENTERED: Cell<bool> = const { Cell::new(false) };
    static SLICE: Cell<Option<Slice>> = const { Cell::new(None) };
}

/// Starts a slice: the poll begins.
pub fn begin_slice() {
    ticker::begin_poll();
    SLICE.set(Some(Slice { begin: Instant::now(), yielded: false }));
}

/// Ends the slice; true when the guest gave its thread back because the slice was used up.
pub fn end_slice() -> bool {
    ticker::end_poll();
    SLICE.take().is_some_and(|slice| slice.yielded)
}

/// How long the poll at hand has been running. A guest's epoch deadline is wall-clock time and may have
/// passed while its task sat in a queue: only this says whether its slice is used up.
pub fn poll_time() -> Duration {
    SLICE.get().map_or(Duration::ZERO, |slice| slice.begin.elapsed())
}

pub fn mark_yielded() {
    SLICE.set(SLICE.get().map(|slice| Slice { yielded: true, ..slice }));
}
