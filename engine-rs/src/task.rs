//! Tasks: guest work that foreign threads poll.

use crate::limits::Counters;
use crate::runtime;
use std::any::Any;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

/// What a task runs. Polled by one thread at a time.
pub trait Work: Any + Send {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()>;
    /// Calls that the guest has not returned from, those that wait included.
    fn calls(&self) -> u32;
}

/// `we_task`. What its guest left open stays, also once it is done, until it is dropped.
pub struct WeTask {
    work: Option<Box<dyn Work>>,
    is_done: bool,
    counters: Arc<Counters>,
}

impl WeTask {
    pub fn new(work: Box<dyn Work>, counters: Arc<Counters>) -> Self {
        counters.tasks.fetch_add(1, Relaxed);
        WeTask { work: Some(work), is_done: false, counters }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> WePoll {
        let work = match &mut self.work {
            Some(work) if !self.is_done => work,
            _ => return WePoll::DONE,
        };
        runtime::begin_slice();
        match work.poll(cx) {
            Poll::Ready(()) => {
                runtime::end_slice();
                self.is_done = true;
                WePoll::DONE
            }
            Poll::Pending => {
                let calls = work.calls();
                WePoll { state: PENDING, yielded: runtime::end_slice().into(), calls, reserved: 0 }
            }
        }
    }

    /// What it runs, until it is done.
    pub fn work(&mut self) -> Option<&mut dyn Work> {
        self.work.as_deref_mut().filter(|_| !self.is_done)
    }
}

impl Drop for WeTask {
    fn drop(&mut self) {
        // A guest's frames unwind here: its timers need the reactor in scope.
        runtime::enter();
        self.work = None;
        self.counters.tasks.fetch_sub(1, Relaxed);
    }
}

const PENDING: i32 = 0;
const DONE: i32 = 1;

#[repr(C)]
pub struct WePoll {
    pub state: i32,
    pub yielded: i32,
    pub calls: u32,
    pub reserved: u32,
}
const _: () = assert!(size_of::<WePoll>() == 16);

impl WePoll {
    const DONE: WePoll = WePoll { state: DONE, yielded: 0, calls: 0, reserved: 0 };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_task_poll(task: *mut WeTask, waker: *mut c_void) -> WePoll {
    let Some(task) = (unsafe { task.as_mut() }) else {
        return WePoll::DONE;
    };
    runtime::enter();
    let waker = unsafe { runtime::borrow_waker(waker) };
    task.poll(&mut Context::from_waker(&waker))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_task_drop(task: *mut WeTask) {
    unsafe { crate::abi::take(task) }
}
