//! A guest's stdout and stderr: calls of the C side, or the process's own.

use crate::abi::{Context, WeStr};
use bytes::Bytes;
use std::ffi::c_void;
use std::fs::File;
use std::io::{ErrorKind, IsTerminal as _, Result, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::pin::Pin;
use std::task::{Context as PollContext, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

pub type OutputCall = extern "C" fn(*mut c_void, i32, WeStr);

const WRITE_BYTES_MAX: usize = 64 * 1024;

#[derive(Clone, Copy)]
pub enum Stream {
    Stdout = 1,
    Stderr = 2,
}

#[derive(Clone, Copy)]
enum Target {
    Call(OutputCall, Context),
    Process,
    Nobody,
}

/// One of the two streams of one instance; every handle the guest opens shares it.
#[derive(Clone)]
pub struct Output {
    stream: Stream,
    target: Target,
}

impl Output {
    /// The C side is told by `call`; null: nobody.
    pub fn of_instance(stream: Stream, call: Option<OutputCall>, context: Context) -> Self {
        let target = call.map_or(Target::Nobody, |call| Target::Call(call, context));
        Output { stream, target }
    }

    /// Writes at once and without a buffer, as the process may end at any time.
    pub fn of_process(stream: Stream) -> Self {
        Output { stream, target: Target::Process }
    }

    /// The process's descriptor 1 or 2, which stays open.
    fn descriptor(&self) -> ManuallyDrop<File> {
        ManuallyDrop::new(unsafe { File::from_raw_fd(self.stream as i32) })
    }

    fn emit(&self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        match self.target {
            Target::Call(call, context) => bytes
                .chunks(WRITE_BYTES_MAX)
                .for_each(|piece| call(context.0, self.stream as i32, WeStr::of(piece))),
            Target::Process => self.descriptor().write_all(bytes)?,
            Target::Nobody => {}
        }
        Ok(())
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        matches!(self.target, Target::Process) && self.descriptor().is_terminal()
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
        self.emit(&bytes).map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => StreamError::Closed,
            _ => StreamError::LastOperationFailed(error.into()),
        })
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
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let taken = bytes.len().min(WRITE_BYTES_MAX);
        Poll::Ready(self.emit(&bytes[..taken]).map(|()| taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut PollContext<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut PollContext<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}
