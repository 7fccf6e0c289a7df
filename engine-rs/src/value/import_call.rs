//! One call of an import, from the question to its answer. The guest's task and the C side share it: one
//! lock guards all that both touch. Under it bytes of the C side may be freed, but none of its other
//! callbacks runs.

use super::from_host::Value;
use super::handed_stream::WeStream;
use crate::abi::{Context, WeBuf};
use crate::error::{Fault, Status};
use crate::runtime;
use std::ffi::c_void;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as PollContext, Poll, Waker};
use wasmtime::{Error, Result};

/// A fault ends the guest.
pub type HostAnswer = std::result::Result<WeBuf, Fault>;

/// Told once, on the thread of the task, when the guest no longer waits; the last use of `data`.
pub struct Watch {
    pub over: extern "C" fn(*mut c_void, i32),
    pub data: Context,
}

impl Watch {
    pub fn tell(self, abandoned: bool) {
        (self.over)(self.data.0, abandoned.into());
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The C side's callback is running and has said nothing yet.
    Asked,
    /// The answer comes later.
    Deferred,
    Answered,
    /// The guest gave the call up before it was answered.
    Abandoned,
}

pub struct State {
    pub phase: Phase,
    /// The answer, or what is attached to it so far.
    pub value: Value,
    refusal: Option<Fault>,
    /// The streams of the arguments, by place. The C side takes those that it wants while it is asked.
    pub streams: Vec<Option<WeStream>>,
    pub watch: Option<Watch>,
    waker: Option<Waker>,
}

impl State {
    /// Answers if that is still expected in `phase`.
    pub fn answer_in(&mut self, phase: Phase, answer: HostAnswer) -> bool {
        if self.phase != phase {
            return false;
        }
        self.phase = Phase::Answered;
        match answer {
            Ok(bytes) => self.value.bytes = bytes,
            Err(refusal) => self.refusal = Some(refusal),
        }
        true
    }

    pub fn take_waker(&mut self) -> Option<Waker> {
        self.waker.take()
    }
}

/// What both sides share: `we_reply` while the C side is asked, `we_import` once the answer comes later.
pub struct ImportCall {
    /// The context of the imports that were asked.
    pub context: Context,
    state: Mutex<State>,
}

impl ImportCall {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task's share of a call, whose answer it awaits. Dropping it gives the call up.
pub struct Asking(Arc<ImportCall>);

impl Asking {
    /// Runs `ask`, the C side's callback. A callback that says nothing refuses.
    pub fn new(
        context: Context,
        streams: Vec<WeStream>,
        ask: impl FnOnce(*const ImportCall),
    ) -> Self {
        let call = Arc::new(ImportCall {
            context,
            state: Mutex::new(State {
                phase: Phase::Asked,
                value: Value::default(),
                refusal: None,
                streams: streams.into_iter().map(Some).collect(),
                watch: None,
                waker: None,
            }),
        });
        ask(Arc::as_ptr(&call));
        let untaken = {
            let mut state = call.lock();
            let message = "the host neither answered the import nor said that it would";
            state.answer_in(Phase::Asked, Err(Fault::new(Status::Internal, message)));
            std::mem::take(&mut state.streams)
        };
        drop(untaken);
        Asking(call)
    }
}

impl Asking {
    /// Gives the call up, unless it was answered: then the answer that was not awaited.
    pub fn give_up(&self) -> Option<Value> {
        let mut state = self.0.lock();
        if state.phase == Phase::Answered {
            return Some(std::mem::take(&mut state.value));
        }
        state.phase = Phase::Abandoned;
        None
    }
}

impl Future for Asking {
    type Output = Result<Value>;

    fn poll(self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<Result<Value>> {
        let mut state = self.0.lock();
        if state.phase != Phase::Answered {
            runtime::remember(&mut state.waker, cx.waker());
            return Poll::Pending;
        }
        let value = std::mem::take(&mut state.value);
        Poll::Ready(state.refusal.take().map_or(Ok(value), |refusal| Err(Error::new(refusal))))
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let (watch, abandoned) = {
            let mut state = self.0.lock();
            let abandoned = state.phase != Phase::Answered;
            if abandoned {
                state.phase = Phase::Abandoned;
            }
            (state.watch.take(), abandoned)
        };
        if let Some(watch) = watch {
            watch.tell(abandoned);
        }
    }
}
