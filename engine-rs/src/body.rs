//! A request body or a stream that the C side feeds: at most one chunk lies between the two ends. Or what a guest
//! is to write, which the C side reads.

use crate::abi::{self, Context, WeBuf, WeHeader, take};
use crate::checks::{give, options};
use crate::error::{Fault, Status, report};
use crate::fields;
use crate::value::{self, pipe};
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
const FEED_GONE: i32 = 1;
const FEED_FULL: i32 = 2;

/// Why a body cannot be completed: `WE_BODY_*`.
#[derive(Clone, Copy)]
enum Failure {
    Terminated,
    TooLarge,
    Timeout,
    Internal,
}

#[derive(Clone, Copy)]
enum End {
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
    fn take_reader(&self) -> Option<BodyReader> {
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

/// `we_body`: what the C side has of something that a guest gets.
pub enum WeBody {
    Feed(Feeder),
    /// Until it is given.
    Output(Mutex<Option<value::End>>),
}

impl WeBody {
    /// The guest's end; there is one. Errors: State.
    pub fn take_end(&self) -> Result<value::End, Fault> {
        let end = match self {
            WeBody::Feed(feed) => feed.take_reader().map(value::End::Read),
            WeBody::Output(end) => end.lock().unwrap_or_else(PoisonError::into_inner).take(),
        };
        end.ok_or_else(|| Fault::new(Status::State, "the body was given to a guest already"))
    }

    /// The guest's end, to read. Errors: State, Invalid.
    pub fn take_reader(&self) -> Result<BodyReader, Fault> {
        match self.take_end()? {
            value::End::Read(reader) => Ok(reader),
            _ => Err(Fault::new(Status::Invalid, "the body is for a guest to write")),
        }
    }

    /// # Safety
    /// `body` is null or a live handle.
    unsafe fn shared<'a>(body: *mut WeBody) -> Option<&'a Shared> {
        match unsafe { body.as_ref() }? {
            WeBody::Feed(feed) => Some(&feed.0),
            WeBody::Output(_) => None,
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

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_new(
    vtable: *const WeBodyVtable,
    context: *mut c_void,
    out: *mut *mut WeBody,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { options(vtable) }.and_then(|vtable| {
        let state = Mutex::new(State::default());
        let shared = Shared { state, vtable: *vtable, context: Context(context) };
        unsafe { give(WeBody::Feed(Feeder(Arc::new(shared))), out, "out") }
    });
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_output_new(
    written: *mut *mut pipe::WeStream,
    out: *mut *mut WeBody,
    error: *mut *mut Fault,
) -> i32 {
    let (end, stream) = pipe::new_output();
    let end = WeBody::Output(Mutex::new(Some(value::End::Write(end))));
    let result = if written.is_null() {
        Err(Fault::new(Status::Invalid, "'written' is null"))
    } else {
        unsafe { give(end, out, "out").and_then(|()| give(stream, written, "written")) }
    };
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_output_of(stream: *mut pipe::WeStream) -> *mut WeBody {
    if !unsafe { stream.as_ref() }.is_some_and(pipe::WeStream::is_output) {
        return std::ptr::null_mut();
    }
    let output = unsafe { Box::from_raw(stream) }.into_output();
    let end = output.map(value::End::Pass);
    Box::into_raw(Box::new(WeBody::Output(Mutex::new(end))))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_feed(body: *mut WeBody, chunk: WeBuf) -> i32 {
    match unsafe { WeBody::shared(body) } {
        Some(body) => body.feed(chunk.into()),
        None => FEED_GONE,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_finish(
    body: *mut WeBody,
    trailers: *const WeHeader,
    count: usize,
) -> i32 {
    let result = unsafe { fields::copy(trailers, count) }.map(|trailers| {
        let trailers = (count > 0).then_some(trailers);
        if let Some(body) = unsafe { WeBody::shared(body) } {
            body.end(End::Complete, trailers);
        }
    });
    unsafe { report(result, std::ptr::null_mut()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_fail(body: *mut WeBody, reason: i32) {
    let failure = match reason {
        0 => Failure::Terminated,
        1 => Failure::TooLarge,
        2 => Failure::Timeout,
        _ => Failure::Internal,
    };
    if let Some(body) = unsafe { WeBody::shared(body) } {
        body.end(End::Failed(failure), None);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_body_free(body: *mut WeBody) {
    unsafe { take(body) }
}
