//! Octets from the C side, and the ends that it feeds of the streams and futures among them.

use crate::abi::WeBuf;
use crate::body::BodyReader;
use std::sync::{Mutex, PoisonError};

/// Encoded values. A stream or future in the octets is the place of its end in `ends`.
pub struct Value {
    pub octets: WeBuf,
    /// Behind a lock because wasmtime lends values to be lowered; each end is taken once.
    ends: Mutex<Vec<Option<BodyReader>>>,
}

impl From<WeBuf> for Value {
    fn from(octets: WeBuf) -> Self {
        Value::new(octets, Vec::new())
    }
}

impl Value {
    pub fn new(octets: WeBuf, ends: Vec<BodyReader>) -> Self {
        Value { octets, ends: Mutex::new(ends.into_iter().map(Some).collect()) }
    }

    pub fn ends(&self) -> usize {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub fn take_end(&self, place: usize) -> Option<BodyReader> {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.get_mut(place)?.take()
    }
}
