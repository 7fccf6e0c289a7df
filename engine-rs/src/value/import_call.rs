//! One call of an import, from the question to its answer. Nearly all answers come from the thread that
//! polls, so that one pays for no lock and for no share in the call: the guest's task and the C side own
//! it together, and the state says which of them lets go of it last. A call that is over is kept for the
//! next one of its store.

use super::hook::Refusal;
use super::streams::WeStream;
use super::value::Value;
use crate::abi::Context;
use crate::runtime;
use std::cell::{Cell, UnsafeCell};
use std::pin::Pin;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{
    AtomicU8, AtomicUsize, Ordering::AcqRel, Ordering::Acquire, Ordering::Relaxed,
};
use std::task::{Context as PollContext, Poll, Waker};
use wasmtime::{Error, Result};

/// The C side is being asked: all is the thread's that polls.
const ASKED: u8 = 0;
/// The answer comes later: the waker is the task's to write, value and refusal are the C side's...
const OPEN: u8 = 1;
/// ...also while the waker stands for both to read...
const WAITING: u8 = 2;
/// ...and while another thread reads it.
const WAKING: u8 = 3;
/// All is the task's: the C side does not touch the call any more.
const ANSWERED: u8 = 4;
/// All is the C side's: the task has gone.
const ABANDONED: u8 = 5;

/// What both sides share: `we_reply` while the C side is asked, `we_import` once the answer comes later.
pub struct ImportCall {
    state: AtomicU8,
    /// That polls the task.
    thread: AtomicUsize,
    context: Cell<Context>,
    waker: UnsafeCell<Option<Waker>>,
    value: UnsafeCell<Value>,
    refusal: UnsafeCell<Option<Refusal>>,
    /// Of the arguments: the C side takes what it wants while it is asked.
    streams: UnsafeCell<Vec<Option<WeStream>>>,
}

impl ImportCall {
    /// From one state to the next, unless another came between: the state that then holds.
    fn turn(&self, from: u8, to: u8) -> u8 {
        self.state.compare_exchange(from, to, AcqRel, Acquire).map_or_else(|now| now, |_| to)
    }

    /// Whether the C side has said nothing yet. Inside of its callback.
    pub fn is_asked(&self) -> bool {
        self.state.load(Relaxed) == ASKED
    }

    /// Whether the task is still there.
    pub fn is_wanted(&self) -> bool {
        self.state.load(Acquire) != ABANDONED
    }

    /// Of the imports that it is about.
    pub fn context(&self) -> Context {
        self.context.get()
    }

    /// Where the C side puts its answer, and the ends that it brings.
    ///
    /// # Safety
    /// For who answers, before it has; what was given before is not used any more.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn value(&self) -> &mut Value {
        unsafe { &mut *self.value.get() }
    }

    /// # Safety
    /// As of `value`.
    pub unsafe fn refuse(&self, refusal: Refusal) {
        unsafe { *self.refusal.get() = Some(refusal) };
    }

    /// # Safety
    /// Inside of the C side's callback.
    pub unsafe fn take_stream(&self, place: usize) -> Option<WeStream> {
        unsafe { &mut *self.streams.get() }.get_mut(place)?.take()
    }

    /// Nothing more can be said to the question: it is answered, or will be later. Inside of the callback.
    pub fn end_question(&self, answered: bool) {
        self.state.store(if answered { ANSWERED } else { OPEN }, Relaxed);
    }

    /// The C side has answered later, as the last that it does; false when the task has gone.
    ///
    /// # Safety
    /// Its answer is in place; it does not use the call again.
    pub unsafe fn finish(this: NonNull<ImportCall>) -> bool {
        // SAFETY: the C side still has its part of it.
        let call = unsafe { this.as_ref() };
        if call.thread.load(Relaxed) == runtime::thread_id() {
            return unsafe { Self::finish_here(this) };
        }
        let mut waker = None;
        let mut state = call.state.load(Acquire);
        loop {
            state = match state {
                ANSWERED => break,
                WAITING => call.turn(WAITING, WAKING),
                // SAFETY: nobody writes the waker in this state, and this thread leaves it unless the task
                // goes, which leaves the cells to it.
                WAKING if waker.is_none() => {
                    waker = unsafe { (*call.waker.get()).clone() };
                    WAKING
                }
                OPEN | WAKING => call.turn(state, ANSWERED),
                _ => {
                    // SAFETY: the task has let go of it, so this is its last share.
                    drop(unsafe { Box::from_raw(this.as_ptr()) });
                    return false;
                }
            };
        }
        waker.into_iter().for_each(Waker::wake);
        true
    }

    /// The same on the thread that polls: nothing runs beside.
    unsafe fn finish_here(this: NonNull<ImportCall>) -> bool {
        let call = unsafe { this.as_ref() };
        let state = call.state.load(Acquire);
        if state == ABANDONED {
            drop(unsafe { Box::from_raw(this.as_ptr()) });
            return false;
        }
        call.state.store(ANSWERED, Relaxed);
        if state == WAITING {
            unsafe { (*call.waker.get()).iter().for_each(Waker::wake_by_ref) };
        }
        true
    }
}

/// The task's part of a call. Dropping it gives the answer up.
pub struct Part(NonNull<ImportCall>);

// SAFETY: it goes with its task; what both sides touch is as the states say.
unsafe impl Send for Part {}

impl Part {
    fn fresh() -> Self {
        let call = Box::new(ImportCall {
            state: AtomicU8::new(ASKED),
            thread: AtomicUsize::new(0),
            context: Cell::new(Context(null_mut())),
            waker: UnsafeCell::new(None),
            value: UnsafeCell::new(Value::default()),
            refusal: UnsafeCell::new(None),
            streams: UnsafeCell::new(Vec::new()),
        });
        Part(NonNull::from(Box::leak(call)))
    }

    fn call(&self) -> &ImportCall {
        // SAFETY: this part is still there.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let state = self.call().state.load(Acquire);
        let is_last = matches!(state, ASKED | ANSWERED)
            || self.call().state.swap(ABANDONED, AcqRel) == ANSWERED;
        if is_last {
            // SAFETY: the C side has no part of it.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}

/// Calls that are over, for the next ones.
#[derive(Default)]
pub struct Spares(Vec<Part>);

const SPARES_MAX: usize = 4;

impl Spares {
    pub fn keep(&mut self, over: Part) {
        if self.0.len() < SPARES_MAX {
            self.0.push(over);
        }
    }
}

/// A call whose answer is awaited.
pub struct Asking(Option<Part>);

impl Asking {
    /// Runs `ask`, the C side's callback, with a call that has these streams among its arguments; says
    /// for it that it said nothing.
    pub fn new(
        spares: &mut Spares,
        context: Context,
        streams: Vec<WeStream>,
        ask: impl FnOnce(NonNull<ImportCall>),
    ) -> Self {
        let part = spares.0.pop().unwrap_or_else(Part::fresh);
        let call = part.call();
        call.state.store(ASKED, Relaxed);
        call.thread.store(runtime::thread_id(), Relaxed);
        call.context.set(context);
        let has_streams = !streams.is_empty();
        if has_streams {
            // SAFETY: nobody else knows the call.
            unsafe { *call.streams.get() = streams.into_iter().map(Some).collect() };
        }
        ask(part.0);
        if has_streams {
            // SAFETY: only the callback uses them. Nobody reads those that were not taken.
            unsafe { (*call.streams.get()).clear() };
        }
        if call.is_asked() {
            let message = "the host neither answered the import nor said that it would";
            // SAFETY: the callback is over, so all is this side's.
            unsafe { call.refuse(Refusal::by_engine(message)) };
            call.end_question(true);
        }
        Asking(Some(part))
    }
}

impl Future for Asking {
    type Output = Result<Answered>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<Result<Answered>> {
        let Some(part) = &self.0 else { return Poll::Ready(Err(polled_again())) };
        let call = part.call();
        let mut state = call.state.load(Acquire);
        if state == WAITING {
            // SAFETY: nobody writes the waker in this state, and only the task leaves it for OPEN.
            let known = unsafe { &*call.waker.get() };
            if known.as_ref().is_some_and(|known| known.will_wake(cx.waker())) {
                return Poll::Pending;
            }
            state = call.turn(WAITING, OPEN);
        }
        if state == OPEN {
            // SAFETY: the waker is the task's in this state.
            runtime::remember(unsafe { &mut *call.waker.get() }, cx.waker());
            state = call.turn(OPEN, WAITING);
        }
        match state {
            ANSWERED => {
                // SAFETY: all is the task's.
                let refusal = unsafe { &mut *call.refusal.get() }.take();
                let part = self.0.take();
                Poll::Ready(
                    refusal.map_or(Ok(Answered(Cell::new(part))), |one| Err(Error::new(one))),
                )
            }
            WAKING => {
                // The waker that is read may be an old one.
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Pending,
        }
    }
}

fn polled_again() -> Error {
    Error::msg("an import was polled after its answer")
}

/// A call with its answer.
pub struct Answered(Cell<Option<Part>>);

// SAFETY: wasmtime lends it to the one thread that lowers it.
unsafe impl Sync for Answered {}

impl Answered {
    /// Lends the answer out, once; what is left if that went well is the call.
    pub fn lower(&self, with: impl FnOnce(&Value) -> Result<()>) -> Result<Part> {
        let Some(part) = self.0.take() else { return Err(polled_again()) };
        // SAFETY: all is the task's.
        let value = unsafe { part.call().value() };
        with(value)?;
        value.clear();
        Ok(part)
    }
}
