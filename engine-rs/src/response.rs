//! A guest's response on its way to the C side: head, chunks with back-pressure, trailers, end.

use crate::abi::{self, Context, WeHeader, WeStr};
use crate::error::{Fault, Status};
use crate::fields;
use crate::window::Window;
use futures::channel::oneshot;
use http::HeaderMap;
use http_body::Body;
use std::ffi::c_void;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as PollContext, Poll};
use wasmtime_wasi_http::{Error as HttpError, WasiBody};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeHttpSink {
    pub size: usize,
    pub head: extern "C" fn(*mut c_void, u16, *const WeHeader, usize),
    pub chunk: extern "C" fn(*mut c_void, WeStr) -> i32,
    pub trailers: extern "C" fn(*mut c_void, *const WeHeader, usize),
    pub end: extern "C" fn(*mut c_void, *const Fault),
    pub context: Context,
}
const _: () = assert!(size_of::<WeHttpSink>() == 48);
unsafe impl abi::Sized for WeHttpSink {
    const NAME: &'static str = "we_http_sink";
}

impl WeHttpSink {
    fn send_head(&self, status: u16, headers: &HeaderMap) {
        let fields = fields::borrow(headers);
        (self.head)(self.context.0, status, fields.as_ptr(), fields.len());
    }

    /// True when the C side wants a pause.
    fn send_chunk(&self, bytes: &[u8]) -> bool {
        (self.chunk)(self.context.0, WeStr::of(bytes)) != 0
    }

    fn send_trailers(&self, trailers: &HeaderMap) {
        let fields = fields::borrow(trailers);
        (self.trailers)(self.context.0, fields.as_ptr(), fields.len());
    }

    fn send_end(&self, fault: Option<&Fault>) {
        (self.end)(self.context.0, fault.map_or(std::ptr::null(), std::ptr::from_ref));
    }
}

/// A response, or the error code with which the guest answers.
pub type HttpAnswer = Result<http::Response<WasiBody>, String>;

enum State {
    Head(oneshot::Receiver<HttpAnswer>),
    Body(WasiBody),
    Ended,
}

/// How the guest stands with a call while its response is read.
pub enum Guest<'a> {
    Running,
    Returned,
    Failed(&'a Fault),
}

pub struct Response {
    sink: WeHttpSink,
    state: State,
    paused: bool,
    window: Arc<Window>,
}

impl Drop for Response {
    fn drop(&mut self) {
        self.state = State::Ended; // With it goes the reading end of the body.
        self.window.open();
    }
}

impl Response {
    pub fn new(
        sink: WeHttpSink,
        answer: oneshot::Receiver<HttpAnswer>,
        window: Arc<Window>,
    ) -> Self {
        Response { sink, state: State::Head(answer), paused: false, window }
    }

    pub fn resume(&mut self) {
        self.paused = false;
    }

    pub fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Passes on what is there. Once the guest is done nothing more can come: what is missing then is
    /// reported as a failure. The guest's store must be alive, because dropping it would make a
    /// body that was cut off look complete.
    pub fn poll(&mut self, cx: &mut PollContext<'_>, guest: Guest<'_>) {
        loop {
            let step = match &mut self.state {
                State::Head(answer) => match Pin::new(answer).poll(cx) {
                    Poll::Ready(Ok(answer)) => Some(self.take_answer(answer)),
                    Poll::Ready(Err(oneshot::Canceled)) => Some(Err(no_response())),
                    Poll::Pending => None,
                },
                State::Body(_) if self.paused => return,
                State::Body(body) => match Pin::new(body).poll_frame(cx) {
                    Poll::Ready(frame) => Some(self.take_frame(frame)),
                    Poll::Pending => {
                        self.window.settle();
                        None
                    }
                },
                State::Ended => return,
            };
            match (step, &guest) {
                (Some(Ok(())), _) => {}
                (Some(Err(fault)), Guest::Running | Guest::Returned) => self.end(Some(&fault)),
                (None, Guest::Running) => return,
                (None, Guest::Returned) => self.end(Some(&self.missing())),
                (_, Guest::Failed(fault)) => self.end(Some(fault)),
            }
        }
    }

    fn take_answer(&mut self, answer: HttpAnswer) -> Result<(), Fault> {
        let response = answer.map_err(|code| {
            Fault::new(Status::GuestError, format!("the guest answered with error '{code}'"))
        })?;
        let (head, body) = response.into_parts();
        self.sink.send_head(head.status.as_u16(), &head.headers);
        self.state = State::Body(body);
        Ok(())
    }

    fn take_frame(
        &mut self,
        frame: Option<Result<http_body::Frame<bytes::Bytes>, HttpError>>,
    ) -> Result<(), Fault> {
        let frame = match frame {
            None => {
                self.end(None);
                return Ok(());
            }
            Some(frame) => frame.map_err(|_| incomplete())?,
        };
        match frame.into_data() {
            Ok(bytes) => {
                self.paused = self.sink.send_chunk(&bytes);
                self.window.consume(bytes.len());
            }
            Err(frame) => {
                if let Some(trailers) = frame.trailers_ref() {
                    self.sink.send_trailers(trailers);
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, fault: Option<&Fault>) {
        self.state = State::Ended;
        self.sink.send_end(fault);
    }

    fn missing(&self) -> Fault {
        match self.state {
            State::Head(_) => no_response(),
            _ => incomplete(),
        }
    }
}

fn no_response() -> Fault {
    Fault::new(Status::NoResponse, "the guest ended without a response")
}

fn incomplete() -> Fault {
    Fault::new(Status::BodyIncomplete, "the guest did not complete its response body")
}
