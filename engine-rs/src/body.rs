//! A request body or a stream that the C side feeds: at most one chunk lies between the two ends.

use crate::abi::{self, Context};
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use std::ffi::c_void;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as PollContext, Poll, Waker};
use wasmtime_wasi_http::Error as HttpError;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeBodyVtable {
    pub size: usize,
    pub want: extern "C" fn(*mut c_void),
    pub closed: extern "C" fn(*mut c_void),
}
const _: () = assert!(size_of::<WeBodyVtable>() == 24);
unsafe impl abi::Sized for WeBodyVtable {
    const NAME: &'static str = "we_body_vtable";
}

const FED: i32 = 0;
pub const FEED_GONE: i32 = 1;
const FEED_FULL: i32 = 2;

/// Why a body cannot be completed: `WE_BODY_*`.
#[derive(Clone, Copy)]
pub enum Failure {
    Terminated,
    TooLarge,
    Timeout,
    Internal,
}

#[derive(Clone, Copy)]
pub enum End {
    Complete,
    Failed(Failure),
}

#[derive(Default)]
struct State {
    chunk: Option<Bytes>,
    end: Option<End>,
    /// Before a complete end; given once.
    trailers: Option<HeaderMap>,
    waiting: Option<Waker>,
    /// `want` was called and not answered yet.
    wanted: bool,
    reader_taken: bool,
    reader_gone: bool,
}

struct Shared {
    state: Mutex<State>,
    vtable: WeBodyVtable,
    context: Context,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks the end unless there is one, and wakes the reader outside of the lock.
    fn end(&self, end: End, trailers: Option<HeaderMap>) {
        let waiting = {
            let mut state = self.lock();
            if state.end.is_none() {
                (state.end, state.trailers) = (Some(end), trailers);
            }
            state.waiting.take()
        };
        if let Some(waker) = waiting {
            waker.wake();
        }
    }

    fn feed(&self, chunk: Bytes) -> i32 {
        let waiting = {
            let mut state = self.lock();
            if state.reader_gone {
                return FEED_GONE;
            }
            if state.chunk.is_some() || state.end.is_some() {
                return FEED_FULL;
            }
            // An empty frame would look like an end to some readers.
            if chunk.is_empty() {
                return FED;
            }
            state.chunk = Some(chunk);
            state.wanted = false;
            state.waiting.take()
        };
        if let Some(waker) = waiting {
            waker.wake();
        }
        FED
    }
}

/// The feeding end.
pub struct Feeder(Arc<Shared>);

impl Feeder {
    pub fn new(vtable: WeBodyVtable, context: *mut c_void) -> Self {
        let context = Context(context);
        Feeder(Arc::new(Shared { state: Mutex::new(State::default()), vtable, context }))
    }

    pub fn feed(&self, chunk: Bytes) -> i32 {
        self.0.feed(chunk)
    }

    pub fn end(&self, end: End, trailers: Option<HeaderMap>) {
        self.0.end(end, trailers);
    }

    /// None: it was taken.
    pub fn take_reader(&self) -> Option<BodyReader> {
        let was_taken = std::mem::replace(&mut self.0.lock().reader_taken, true);
        (!was_taken).then(|| BodyReader(self.0.clone()))
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        self.0.end(End::Failed(Failure::Terminated), None);
        if !self.0.lock().reader_taken {
            (self.0.vtable.closed)(self.0.context.0);
        }
    }
}

/// The reading end, inside the guest's request.
pub struct BodyReader(Arc<Shared>);

impl Drop for BodyReader {
    fn drop(&mut self) {
        {
            let mut state = self.0.lock();
            state.reader_gone = true;
            state.chunk = None;
            state.waiting = None;
        }
        (self.0.vtable.closed)(self.0.context.0);
    }
}

fn error_of(failure: Failure) -> HttpError {
    match failure {
        Failure::Terminated => HttpError::ConnectionTerminated,
        Failure::TooLarge => HttpError::HttpRequestBodySize(None),
        Failure::Timeout => HttpError::ConnectionReadTimeout,
        Failure::Internal => HttpError::InternalError(None),
    }
}

impl Body for BodyReader {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut PollContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let ask = {
            let mut state = self.0.lock();
            if let Some(chunk) = state.chunk.take() {
                return Poll::Ready(Some(Ok(Frame::data(chunk))));
            }
            match state.end {
                Some(End::Complete) => {
                    let trailers = state.trailers.take();
                    return Poll::Ready(trailers.map(|fields| Ok(Frame::trailers(fields))));
                }
                Some(End::Failed(failure)) => return Poll::Ready(Some(Err(error_of(failure)))),
                None => {}
            }
            state.waiting = Some(cx.waker().clone());
            !std::mem::replace(&mut state.wanted, true)
        };
        if ask {
            (self.0.vtable.want)(self.0.context.0);
        }
        Poll::Pending
    }
}
