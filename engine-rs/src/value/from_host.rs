//! Bytes from the C side, and the ends that it feeds of the streams and futures among them.

use super::io::Output;
use super::pipe::OutputEnd;
use crate::abi::WeBuf;
use crate::body::BodyReader;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, PoisonError};

/// The guest's end of a stream or future.
pub enum End {
    Read(BodyReader),
    Write(OutputEnd),
    /// Another guest's output-stream.
    Pass(Output),
}

/// Encoded values. A stream or future in the bytes is the place of its end in `ends`.
#[derive(Default)]
pub struct Value {
    pub bytes: WeBuf,
    /// Behind a lock because wasmtime lends values to be lowered; each end is taken once.
    ends: Mutex<Vec<Option<End>>>,
    /// How many of the handles in an answer's bytes are the guest's by now, or were told as dropped.
    pub handles_settled: AtomicUsize,
}

impl From<WeBuf> for Value {
    fn from(bytes: WeBuf) -> Self {
        Value { bytes, ..Value::default() }
    }
}

impl Value {
    pub fn ends(&mut self) -> &mut Vec<Option<End>> {
        self.ends.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn take_end(&self, place: usize) -> Option<End> {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.get_mut(place)?.take()
    }
}
