//! The token of an import that is answered later. Neither end waits for the other: nearly all answers
//! come from the thread that polls, and a lock for each step would cost more than the step.

use super::hook::Refusal;
use super::value::Value;
use crate::abi::WeBuf;
use crate::body::BodyReader;
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU8, Ordering::AcqRel, Ordering::Acquire};
use std::task::{Poll, Waker};
use wasmtime::{Error, Result};

pub type Answer = std::result::Result<WeBuf, Refusal>;

/// Whose the cells are: the waker is the task's to write...
const OPEN: u8 = 0;
/// ...and there for both to read; answer and ends are the C side's until...
const WAITING: u8 = 1;
/// ...they are the task's.
const ANSWERED: u8 = 2;
/// The task has gone; the C side keeps what it has.
const ABANDONED: u8 = 3;

/// `we_import`. Shared by the guest's task and the C side, of which one thread at a time uses it.
#[derive(Default)]
pub struct WeImport {
    state: AtomicU8,
    waker: UnsafeCell<Option<Waker>>,
    answer: UnsafeCell<Option<Answer>>,
    ends: UnsafeCell<Vec<BodyReader>>,
}

// SAFETY: each cell is touched by one of the two only, as the states say.
unsafe impl Send for WeImport {}
unsafe impl Sync for WeImport {}

impl WeImport {
    /// The task's side: the answer, if there is one, once. Not after `abandon`.
    pub fn poll(&self, waker: &Waker) -> Poll<Result<Value>> {
        let mut state = self.state.load(Acquire);
        if state == WAITING {
            // SAFETY: nobody writes the waker in this state, and only the task leaves it for OPEN.
            let known = unsafe { &*self.waker.get() };
            if known.as_ref().is_some_and(|known| known.will_wake(waker)) {
                return Poll::Pending;
            }
            state = self.turn(WAITING, OPEN);
        }
        if state == OPEN {
            // SAFETY: the waker is the task's in this state.
            unsafe { *self.waker.get() = Some(waker.clone()) };
            state = self.turn(OPEN, WAITING);
        }
        if state != ANSWERED {
            return Poll::Pending;
        }
        // SAFETY: the C side has let go of both.
        let (answer, ends) = unsafe { (&mut *self.answer.get(), &mut *self.ends.get()) };
        let Some(answer) = answer.take() else { return Poll::Ready(Err(polled_again())) };
        let ends = std::mem::take(ends);
        Poll::Ready(answer.map(|octets| Value::new(octets, ends)).map_err(Error::new))
    }

    /// From one state to the next, unless an answer came between: the state that then holds.
    fn turn(&self, from: u8, to: u8) -> u8 {
        match self.state.compare_exchange(from, to, AcqRel, Acquire) {
            Ok(_) => to,
            Err(other) => other,
        }
    }

    /// The task's side: nobody takes an answer any more.
    pub fn abandon(&self) {
        self.state.swap(ABANDONED, AcqRel);
    }

    /// The C side: answers, once, as the last that it does; false when the task has gone.
    pub fn finish(&self, answer: Answer) -> bool {
        // SAFETY: the cell is the C side's, and what the task wrote of the waker came before WAITING.
        unsafe { *self.answer.get() = Some(answer) };
        match self.state.swap(ANSWERED, AcqRel) {
            WAITING => unsafe { (*self.waker.get()).iter().for_each(Waker::wake_by_ref) },
            ABANDONED => return false,
            _ => {}
        }
        true
    }

    /// The C side: the ends that the answer will bring.
    ///
    /// # Safety
    /// Before `finish`; what it gave before is not used any more.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn ends(&self) -> &mut Vec<BodyReader> {
        unsafe { &mut *self.ends.get() }
    }
}

pub fn polled_again() -> Error {
    Error::msg("an import was polled after its answer")
}
