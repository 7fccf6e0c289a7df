//! Between an instance, which takes calls in and passes on what they came to, and its guest's task, which
//! serves them.

use crate::error::Fault;
use crate::response::HttpAnswer;
use crate::runtime;
use crate::value::Value;
use crate::value::handed::Handed;
use crate::window::Window;
use futures::channel::oneshot;
use http::Request;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use wasmtime_wasi_http::WasiBody;

/// A request and where its response goes.
pub struct HttpCall {
    pub request: Request<WasiBody>,
    pub answer: oneshot::Sender<HttpAnswer>,
    pub window: Arc<Window>,
}

/// What a call of a function came to. An error here leaves the guest as it was.
pub type Outcome = Result<Handed, Fault>;

/// A function and its arguments.
pub struct ExportRequest {
    pub function: usize,
    pub arguments: Value,
}

/// What a call is.
pub enum CallRequest {
    Http(Box<HttpCall>),
    Export(ExportRequest),
}

/// One call on its way into the guest.
pub struct QueuedCall {
    pub id: u64,
    pub request: CallRequest,
}

/// What one call came to so far, on the way out.
pub enum CallEvent {
    /// The guest has returned from it.
    Returned,
    Outcome(Outcome),
}

#[derive(Default)]
struct State {
    waiting: VecDeque<QueuedCall>,
    closed: bool,
    waker: Option<Waker>,
    /// Calls that wait or that the guest has not returned from.
    calls: u32,
    /// The guest works on though it has returned from all of them.
    goes_on: bool,
    events: Vec<(u64, CallEvent)>,
}

#[derive(Default)]
pub struct CallQueue {
    state: RefCell<State>,
}

// SAFETY: the thread that polls the task and the one that owns it use it, never at the same time.
unsafe impl Sync for CallQueue {}

impl CallQueue {
    pub fn add(&self, job: QueuedCall) {
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

    /// Those that wait or that the guest has not returned from; one more when it works on after them.
    pub fn calls(&self) -> u32 {
        let state = self.state.borrow();
        state.calls + u32::from(state.goes_on)
    }

    pub fn set_goes_on(&self, goes_on: bool) {
        self.state.borrow_mut().goes_on = goes_on;
    }

    /// The next call; none once the instance is closed and no call waits.
    pub fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<QueuedCall>> {
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
