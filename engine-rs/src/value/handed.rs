//! What a guest hands over, on its way to the C side.

use super::encoded::Encoded;
use super::handed_stream::WeStream;
use super::handles::HostHandle;
use super::state::WeImports;
use crate::abi::WeBuf;

/// Handles on their way. Those that do not arrive are told as dropped.
pub struct Given {
    imports: WeImports,
    handles: Vec<HostHandle>,
}

impl Given {
    pub fn new(imports: WeImports) -> Self {
        Given { imports, handles: Vec::new() }
    }

    pub fn add(&mut self, handle: Option<HostHandle>) {
        self.handles.extend(handle);
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        for handle in &self.handles {
            self.imports.tell_dropped(handle.resource, &handle.bytes);
        }
    }
}

/// Values for the C side.
pub struct Handed {
    bytes: Encoded,
    streams: Vec<WeStream>,
    given: Option<Given>,
}

impl Handed {
    /// `given`: the handles in the bytes. A stream or future in them is its place in `streams`.
    pub fn new(bytes: Encoded, streams: Vec<WeStream>, given: Option<Given>) -> Self {
        Handed { bytes, streams, given }
    }

    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is something that only moves while the guest runs.
    pub fn needs_the_event_loop(&self) -> bool {
        self.streams.iter().any(WeStream::is_of_the_event_loop)
    }

    /// For the C side, which has the handles from now on.
    pub fn arrive(self) -> (WeBuf, Vec<WeStream>) {
        if let Some(mut given) = self.given {
            given.handles.clear();
        }
        (self.bytes.into_buf(), self.streams)
    }

    #[cfg(test)]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.as_slice()
    }
}
