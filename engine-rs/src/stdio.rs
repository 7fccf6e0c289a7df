//! A guest's stdout and stderr as calls of the C side.

use crate::abi::{Context, WeStr};
use crate::limits::WeInstanceOptions;
use bytes::Bytes;
use std::ffi::c_void;
use std::pin::Pin;
use std::task::{Context as PollContext, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

const WRITE_BYTES_MAX: usize = 64 * 1024;

#[derive(Clone, Copy)]
pub enum Stream {
    Stdout = 1,
    Stderr = 2,
}

/// One of the two streams of one instance; every handle the guest opens shares it.
#[derive(Clone)]
pub struct Output {
    stream: Stream,
    call: Option<extern "C" fn(*mut c_void, i32, WeStr)>,
    context: Context,
}

impl Output {
    pub fn new(stream: Stream, options: &WeInstanceOptions) -> Self {
        Output { stream, call: options.output, context: options.context }
    }

    fn emit(&self, octets: &[u8]) {
        if let Some(call) = self.call
            && !octets.is_empty()
        {
            call(self.context.0, self.stream as i32, WeStr::of(octets));
        }
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.emit(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES_MAX)
    }
}

impl AsyncWrite for Output {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut PollContext<'_>,
        octets: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let taken = octets.len().min(WRITE_BYTES_MAX);
        self.emit(&octets[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut PollContext<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut PollContext<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
