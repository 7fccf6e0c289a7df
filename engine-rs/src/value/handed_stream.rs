//! `we_stream`: what a guest handed over, or what it was given to write.

use super::encoded::Encoded;
use super::io::{Output, Reading};
use super::pipe::{End, Reader};
use crate::abi::WeBuf;
use crate::runtime;
use std::ffi::c_void;
use std::task::{Poll, Waker};

enum Source {
    Pipe(Reader),
    Input(Reading),
    Output(Output),
}

/// `we_stream`: what a guest handed over.
pub struct WeStream(Source);

impl WeStream {
    /// Whether its guest must run for it to move.
    pub fn is_of_the_event_loop(&self) -> bool {
        matches!(self.0, Source::Pipe(_))
    }

    pub fn of_pipe(reader: Reader) -> Self {
        WeStream(Source::Pipe(reader))
    }

    pub fn of_input(input: Reading) -> Self {
        WeStream(Source::Input(input))
    }

    pub fn of_output(output: Output) -> Self {
        WeStream(Source::Output(output))
    }

    /// Its output-stream; None: there is something to read.
    pub fn into_output(self) -> Option<Output> {
        if let Source::Output(output) = self.0 { Some(output) } else { None }
    }

    pub fn is_output(&self) -> bool {
        matches!(self.0, Source::Output(_))
    }

    fn poll(&mut self, waker: &Waker) -> Poll<Result<Encoded, End>> {
        match &mut self.0 {
            Source::Pipe(reader) => reader.poll(waker),
            Source::Input(input) => input.poll(waker),
            Source::Output(_) => Poll::Ready(Err(End::Closed)),
        }
    }
}

const PENDING: i32 = 0;
const CHUNK: i32 = 1;
const CLOSED: i32 = 2;
const CUT: i32 = 3;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_stream_poll(
    stream: *mut WeStream,
    waker: *mut c_void,
    chunk: *mut WeBuf,
) -> i32 {
    let Some(stream) = (unsafe { stream.as_mut() }) else {
        return CLOSED;
    };
    runtime::enter();
    let waker = unsafe { runtime::borrow_waker(waker) };
    match stream.poll(&waker) {
        Poll::Pending => PENDING,
        Poll::Ready(Err(End::Closed)) => CLOSED,
        Poll::Ready(Err(End::Cut)) => CUT,
        Poll::Ready(Ok(bytes)) => {
            unsafe { chunk.write(bytes.into_buf()) };
            CHUNK
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_stream_free(stream: *mut WeStream) {
    unsafe { crate::abi::take(stream) }
}
