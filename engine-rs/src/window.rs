//! How far a guest of WASI 0.2 may write ahead of the reader of its response: far before it sets the
//! response, when nobody can read yet, and little from then on.

use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tokio::sync::Notify;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{DynOutputStream, OutputStream, Pollable, StreamError, StreamResult};

/// A little more than 2 MiB, so that who wrote these need not wait for room.
const BEFORE_RESPONSE_BYTES: usize = (2 << 20) + 1;
const AHEAD_BYTES: usize = 64 << 10;
/// The most that is written at once.
pub const WRITE_BYTES: usize = 64 << 10;

/// Of the bodies that one call writes. Used on one thread.
pub struct Window {
    in_flight: AtomicUsize,
    size: AtomicUsize,
    changed: Notify,
}

impl Default for Window {
    fn default() -> Self {
        let size = AtomicUsize::new(BEFORE_RESPONSE_BYTES);
        Window { in_flight: AtomicUsize::new(0), size, changed: Notify::new() }
    }
}

impl Window {
    /// The guest has set its response, which is read from now on. What was written before may stay until it is.
    pub fn begin_response(&self) {
        self.size.store(self.in_flight.load(Relaxed).saturating_add(AHEAD_BYTES), Relaxed);
    }

    /// This much was read.
    pub fn consume(&self, bytes: usize) {
        self.in_flight.store(self.in_flight.load(Relaxed).saturating_sub(bytes), Relaxed);
        let size = self.size.load(Relaxed);
        self.size.store(size.saturating_sub(bytes).max(AHEAD_BYTES), Relaxed);
        self.changed.notify_waiters();
    }

    /// The reader has all there is: what else was written, to other bodies, is not waited for.
    pub fn settle(&self) {
        if self.in_flight.swap(0, Relaxed) > 0 {
            self.size.store(AHEAD_BYTES, Relaxed);
            self.changed.notify_waiters();
        }
    }

    /// Nobody reads any more: who waits finds that out.
    pub fn open(&self) {
        self.size.store(usize::MAX, Relaxed);
        self.changed.notify_waiters();
    }

    fn room(&self) -> usize {
        self.size.load(Relaxed).saturating_sub(self.in_flight.load(Relaxed)).min(WRITE_BYTES)
    }
}

/// A body that a guest writes, within its window.
pub struct BodyStream {
    stream: DynOutputStream,
    window: Arc<Window>,
    written: usize,
    /// What the guest may write before it asks again.
    permitted: usize,
}

impl BodyStream {
    pub fn new(stream: DynOutputStream, window: Arc<Window>) -> Self {
        BodyStream { stream, window, written: 0, permitted: 0 }
    }
}

impl Drop for BodyStream {
    /// What nobody will read is not in flight.
    fn drop(&mut self) {
        if self.stream.check_write().is_err() {
            self.window.consume(self.written);
        }
    }
}

#[async_trait]
impl Pollable for BodyStream {
    async fn ready(&mut self) {
        self.stream.ready().await;
        while matches!(self.check_write(), Ok(0)) {
            self.window.changed.notified().await;
            self.stream.ready().await;
        }
    }
}

impl OutputStream for BodyStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let size = bytes.len();
        let Some(permitted) = self.permitted.checked_sub(size) else {
            return Err(StreamError::trap("a guest writes more than it was permitted"));
        };
        self.permitted = permitted;
        self.stream.write(bytes)?;
        self.window.in_flight.fetch_add(size, Relaxed);
        self.written += size;
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.stream.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.permitted = self.stream.check_write()?.min(self.window.room());
        Ok(self.permitted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(window: &Window, bytes: usize) {
        window.in_flight.fetch_add(bytes, Relaxed);
    }

    #[test]
    fn much_may_wait_for_the_response_and_little_for_its_reader() {
        let window = Window::default();
        written(&window, BEFORE_RESPONSE_BYTES - 1);
        assert_eq!(window.room(), 1);
        window.begin_response();
        assert_eq!(window.room(), WRITE_BYTES);
        written(&window, AHEAD_BYTES);
        assert_eq!(window.room(), 0);

        window.consume(BEFORE_RESPONSE_BYTES);
        assert_eq!(window.room(), 1);
        written(&window, 1);
        window.consume(AHEAD_BYTES);
        assert_eq!(window.room(), WRITE_BYTES);
        written(&window, AHEAD_BYTES);
        assert_eq!(window.room(), 0);
        window.open();
        assert_eq!(window.room(), WRITE_BYTES);
    }
}
