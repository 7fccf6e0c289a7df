//! The resources of `wasi:io` that interfaces of other packages pass on: an input-stream, an output-stream or
//! a pollable is carried as a stream is, by the place of its end.

use super::encoded::Encoded;
use super::pipe::{self, Opened, Writer};
use crate::body::BodyReader;
use bytes::Bytes;
use http_body::Body;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use wasmtime::Error;
use wasmtime::component::ResourceType;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, InputStream, OutputStream, Pollable, StreamError,
    StreamResult,
};

const CHUNK_BYTES_MAX: usize = 64 * 1024;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Io {
    Input,
    Output,
    Pollable,
}

impl Io {
    const ALL: [Io; 3] = [Io::Input, Io::Output, Io::Pollable];

    pub fn name(self) -> &'static str {
        match self {
            Io::Input => "input-stream",
            Io::Output => "output-stream",
            Io::Pollable => "pollable",
        }
    }

    pub fn resource_type(self) -> ResourceType {
        match self {
            Io::Input => ResourceType::host::<DynInputStream>(),
            Io::Output => ResourceType::host::<DynOutputStream>(),
            Io::Pollable => ResourceType::host::<DynPollable>(),
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|io| io.name() == name)
    }

    pub fn of_type(ty: ResourceType) -> Option<Self> {
        Self::ALL.into_iter().find(|io| io.resource_type() == ty)
    }
}

/// An input-stream of a guest, read by the C side as long as the guest is there.
pub struct Input {
    pub stream: DynInputStream,
    pub open: Opened,
}

impl Input {
    fn poll(&mut self, waker: &Waker) -> Poll<std::result::Result<Encoded, pipe::End>> {
        // Being ready may be a mistake; after some of them others have their turn.
        for _ in 0..8 {
            if self.open.is_cut() {
                return Poll::Ready(Err(pipe::End::Cut));
            }
            if self.stream.ready().as_mut().poll(&mut Context::from_waker(waker)).is_pending() {
                return Poll::Pending;
            }
            match self.stream.read(CHUNK_BYTES_MAX) {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Poll::Ready(Ok(Encoded::from(&*bytes))),
                Err(StreamError::Closed) => return Poll::Ready(Err(pipe::End::Closed)),
                Err(_) => return Poll::Ready(Err(pipe::End::Cut)),
            }
        }
        waker.wake_by_ref();
        Poll::Pending
    }
}

/// An input-stream until its end, and then how it ended.
pub enum Reading {
    On(Input),
    Over(pipe::End),
}

impl Reading {
    pub fn poll(&mut self, waker: &Waker) -> Poll<std::result::Result<Encoded, pipe::End>> {
        let polled = match self {
            Reading::On(input) => input.poll(waker),
            Reading::Over(end) => Poll::Ready(Err(*end)),
        };
        if let Poll::Ready(Err(end)) = &polled {
            *self = Reading::Over(*end);
        }
        polled
    }
}

/// An output-stream of a guest on its way to another guest, which writes as long as its first owner is
/// there.
pub struct Output {
    pub stream: DynOutputStream,
    pub open: Opened,
}

impl Output {
    fn stream(&mut self) -> StreamResult<&mut DynOutputStream> {
        if self.open.is_cut() { Err(StreamError::Closed) } else { Ok(&mut self.stream) }
    }
}

#[async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {
        if let Ok(stream) = self.stream() {
            stream.ready().await;
        }
    }
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.stream()?.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.stream()?.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.stream()?.check_write()
    }
}

/// An input-stream that the C side feeds.
pub struct FromHost {
    /// None once it has ended.
    body: Option<BodyReader>,
    chunk: Bytes,
    has_failed: bool,
}

impl FromHost {
    pub fn new(body: BodyReader) -> Self {
        FromHost { body: Some(body), chunk: Bytes::new(), has_failed: false }
    }

    /// Ready when `read` has something to say.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.chunk.is_empty()
            && let Some(body) = &mut self.body
        {
            match Pin::new(body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.chunk = frame.into_data().unwrap_or_default();
                }
                Poll::Ready(end) => {
                    self.body = None;
                    self.has_failed = end.is_some();
                }
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(())
    }
}

#[async_trait]
impl Pollable for FromHost {
    async fn ready(&mut self) {
        poll_fn(|cx| self.poll_chunk(cx)).await;
    }
}

impl InputStream for FromHost {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let is_waiting = self.poll_chunk(&mut Context::from_waker(Waker::noop())).is_pending();
        if !self.chunk.is_empty() {
            return Ok(self.chunk.split_to(size.min(self.chunk.len())));
        }
        if std::mem::take(&mut self.has_failed) {
            return Err(StreamError::LastOperationFailed(Error::msg("the stream was cut off")));
        }
        if is_waiting { Ok(Bytes::new()) } else { Err(StreamError::Closed) }
    }
}

/// An output-stream that the C side reads.
pub struct ToHost(pub Writer);

impl ToHost {
    fn poll_room(&self, cx: &mut Context<'_>) -> Poll<StreamResult<usize>> {
        self.0
            .has_room(cx)
            .map(|is_open| is_open.then_some(CHUNK_BYTES_MAX).ok_or(StreamError::Closed))
    }
}

#[async_trait]
impl Pollable for ToHost {
    async fn ready(&mut self) {
        drop(poll_fn(|cx| self.poll_room(cx)).await);
    }
}

impl OutputStream for ToHost {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if bytes.len() > self.check_write()? {
            return Err(StreamError::trap("a guest writes more than it was permitted"));
        }
        if !bytes.is_empty() {
            self.0.put(Encoded::from(&*bytes));
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        match self.poll_room(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(room) => room,
            Poll::Pending => Ok(0),
        }
    }
}

/// What a pollable of the C side waits for: the first that is fed, or the end.
pub struct Signal(pub Option<BodyReader>);

#[async_trait]
impl Pollable for Signal {
    async fn ready(&mut self) {
        if let Some(body) = &mut self.0 {
            drop(poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await);
            self.0 = None;
        }
    }
}
