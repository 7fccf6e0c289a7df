//! Where bytes of a guest's stream lie until the C side reads them: at most one chunk. A future is a
//! stream of one chunk, its encoded value.

use super::encoded::Encoded;
use crate::abi::WeBuf;
use crate::runtime::borrow_waker;
use futures::task::AtomicWaker;
use std::ffi::c_void;
use std::sync::atomic::{
    AtomicBool, AtomicUsize, Ordering::Acquire, Ordering::Relaxed, Ordering::Release,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use wasmtime::{Result, bail};

/// How many streams and futures of one store are open at the same time.
const STREAMS_MAX: usize = 128;

/// Why nothing follows.
#[derive(Clone, Copy)]
enum End {
    Closed,
    /// The guest went before it closed its end.
    Cut,
}

#[derive(Default)]
struct Pipe {
    chunk: Option<Encoded>,
    end: Option<End>,
    reader_is_gone: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

fn lock(pipe: &Mutex<Pipe>) -> MutexGuard<'_, Pipe> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes the pipe and wakes the task that the change is for, outside of the lock.
fn change(pipe: &Mutex<Pipe>, change: impl FnOnce(&mut Pipe) -> Option<Waker>) {
    let waker = change(&mut lock(pipe));
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// `we_stream`: the reading end.
pub struct WeStream(Arc<Mutex<Pipe>>);

impl WeStream {
    fn poll(&self, waker: &Waker) -> Poll<Result<Encoded, End>> {
        let (chunk, writer) = {
            let mut pipe = lock(&self.0);
            match (pipe.chunk.take(), pipe.end) {
                (Some(chunk), _) => (chunk, pipe.writer.take()),
                (None, Some(end)) => return Poll::Ready(Err(end)),
                (None, None) => {
                    pipe.reader = Some(waker.clone());
                    return Poll::Pending;
                }
            }
        };
        if let Some(writer) = writer {
            writer.wake();
        }
        Poll::Ready(Ok(chunk))
    }
}

impl Drop for WeStream {
    fn drop(&mut self) {
        change(&self.0, |pipe| {
            pipe.reader_is_gone = true;
            pipe.chunk = None;
            pipe.reader = None;
            pipe.writer.take()
        });
    }
}

/// The streams and futures of one store that its guest has handed over and that have not ended.
#[derive(Default)]
pub struct OpenStreams {
    number: AtomicUsize,
    waker: AtomicWaker,
    is_cut: AtomicBool,
}

impl OpenStreams {
    /// Ready when there are none.
    pub fn poll_none(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        if self.number.load(Acquire) == 0 { Poll::Ready(()) } else { Poll::Pending }
    }

    /// The guest goes: those that end from now on were not closed.
    pub fn cut(&self) {
        self.is_cut.store(true, Relaxed);
    }
}

/// The guest's end; wasmtime drops it when the guest or its store does.
pub struct Writer {
    pipe: Arc<Mutex<Pipe>>,
    open: Arc<OpenStreams>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.open.number.fetch_sub(1, Release);
        self.open.waker.wake();
        let end = if self.open.is_cut.load(Relaxed) { End::Cut } else { End::Closed };
        change(&self.pipe, |pipe| {
            pipe.end = Some(end);
            pipe.writer = None;
            pipe.reader.take()
        });
    }
}

impl Writer {
    /// Whether a chunk can be put; if not, it is told when.
    pub fn has_room(&self, cx: &mut Context<'_>) -> Poll<Result<bool>> {
        let mut pipe = lock(&self.pipe);
        if pipe.reader_is_gone {
            return Poll::Ready(Ok(false));
        }
        if pipe.chunk.is_none() {
            return Poll::Ready(Ok(true));
        }
        pipe.writer = Some(cx.waker().clone());
        Poll::Pending
    }

    pub fn put(&self, chunk: Encoded) {
        change(&self.pipe, |pipe| {
            pipe.chunk = Some(chunk);
            pipe.reader.take()
        });
    }
}

/// The two ends of a stream that a guest of `open`'s store hands over.
pub fn new_pipe(open: &Arc<OpenStreams>) -> Result<(Writer, WeStream)> {
    if open.number.load(Acquire) >= STREAMS_MAX {
        bail!("more than {STREAMS_MAX} streams and futures are open at the same time");
    }
    open.number.fetch_add(1, Acquire);
    let pipe = Arc::<Mutex<Pipe>>::default();
    Ok((Writer { pipe: pipe.clone(), open: open.clone() }, WeStream(pipe)))
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
    let Some(stream) = (unsafe { stream.as_ref() }) else {
        return CLOSED;
    };
    let waker = unsafe { borrow_waker(waker) };
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
