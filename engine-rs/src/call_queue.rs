//! Between an instance, which takes calls in and passes on what they came to, and its guest's task, which
//! serves them.

use crate::export_call::Outcome;
use crate::runtime;
use crate::serve::CallRequest;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// One call on its way into the guest.
pub struct Job {
    pub id: u64,
    pub request: CallRequest,
}

/// Of one call, on the way out.
pub enum CallEvent {
    /// The guest has returned from it.
    Returned,
    Outcome(Outcome),
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    closed: bool,
    waker: Option<Waker>,
    /// Calls that wait or that the guest has not returned from.
    calls: u32,
    events: Vec<(u64, CallEvent)>,
    /// What the loop's waker knows behind its lock.
    task: Option<Waker>,
}

#[derive(Default)]
pub struct CallQueue {
    state: RefCell<State>,
    pub waker: Arc<LoopWaker>,
}

// SAFETY: it is used by whoever polls the task and by whoever owns it, which never happens on two threads
// at the same time.
unsafe impl Sync for CallQueue {}

impl CallQueue {
    pub fn add(&self, job: Job) {
        let mut state = self.state.borrow_mut();
        state.calls += 1;
        state.waiting.push_back(job);
        state.wake();
    }

    pub fn remove(&self, id: u64) {
        let mut state = self.state.borrow_mut();
        if let Some(place) = state.waiting.iter().position(|job| job.id == id) {
            state.waiting.remove(place);
            state.calls -= 1;
        }
    }

    pub fn close(&self) {
        let mut state = self.state.borrow_mut();
        state.closed = true;
        state.wake();
    }

    pub fn is_closed(&self) -> bool {
        self.state.borrow().closed
    }

    pub fn calls(&self) -> u32 {
        self.state.borrow().calls
    }

    /// The next call; none once the instance is closed and no call waits.
    pub fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Job>> {
        let mut state = self.state.borrow_mut();
        if let Some(job) = state.waiting.pop_front() {
            return Poll::Ready(Some(job));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        runtime::remember(&mut state.waker, cx.waker());
        Poll::Pending
    }

    /// What runs inside of wasmtime's event loop has its request, in a poll with the task's waker.
    pub fn begin_poll_inside(&self, task: &Waker) {
        if runtime::remember(&mut self.state.borrow_mut().task, task) {
            *self.waker.task() = Some(task.clone());
        }
        self.waker.missed.store(false, Relaxed);
    }

    /// The guest is done with one call.
    pub fn end_call(&self) {
        self.state.borrow_mut().calls -= 1;
    }

    pub fn tell(&self, id: u64, events: CallEvent) {
        self.state.borrow_mut().events.push((id, events));
    }

    /// Passes on what was told; true if there was anything.
    pub fn drain_events(&self, take: impl FnMut((u64, CallEvent))) -> bool {
        let mut state = self.state.borrow_mut();
        if state.events.is_empty() {
            return false;
        }
        state.events.drain(..).for_each(take);
        true
    }
}

impl State {
    fn wake(&self) {
        self.waker.iter().for_each(Waker::wake_by_ref);
    }
}

/// Wakes what runs inside of wasmtime's event loop. That loop polls it again after each thing it does, so
/// of the wakes during a poll of the task only those after its last turn ask for another poll.
#[derive(Default)]
pub struct LoopWaker {
    /// The thread that polls the task now; 0: none.
    polling: AtomicUsize,
    missed: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl LoopWaker {
    pub fn begin_poll(&self) {
        self.polling.store(runtime::thread_id(), Relaxed);
    }

    /// True when the task is to be polled again.
    pub fn end_poll(&self) -> bool {
        self.polling.store(0, Relaxed);
        self.missed.load(Relaxed) && self.missed.swap(false, Relaxed)
    }

    fn task(&self) -> MutexGuard<'_, Option<Waker>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for LoopWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.polling.load(Relaxed) == runtime::thread_id() {
            self.missed.store(true, Relaxed);
        } else {
            self.task().iter().for_each(Waker::wake_by_ref);
        }
    }
}
