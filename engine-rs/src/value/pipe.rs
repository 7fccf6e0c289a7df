//! Where bytes of a guest's stream lie until the C side reads them: at most one chunk. A future is a
//! stream of one chunk, its encoded value.

use super::encoded::Encoded;
use futures::task::AtomicWaker;
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
pub enum End {
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

/// The reading end.
pub struct Reader(Arc<Mutex<Pipe>>);

impl Reader {
    pub fn poll(&self, waker: &Waker) -> Poll<Result<Encoded, End>> {
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

impl Drop for Reader {
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
    /// Those of them that move without their guest.
    handed: AtomicUsize,
    waker: AtomicWaker,
    is_cut: AtomicBool,
}

impl OpenStreams {
    /// Ready when there are none.
    pub fn poll_none(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        if self.number.load(Acquire) == 0 { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Ready when there are none that move without their guest.
    pub fn poll_none_handed(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        if self.handed.load(Acquire) == 0 { Poll::Ready(()) } else { Poll::Pending }
    }

    /// The guest goes: those that end from now on were not closed.
    pub fn cut(&self) {
        self.is_cut.store(true, Relaxed);
    }
}

/// One of them, until it is dropped.
pub struct Opened {
    open: Arc<OpenStreams>,
    is_handed: bool,
}

impl Opened {
    pub fn new(open: &Arc<OpenStreams>) -> Result<Self> {
        if open.number.load(Acquire) >= STREAMS_MAX {
            bail!("more than {STREAMS_MAX} streams and futures are open at the same time");
        }
        open.number.fetch_add(1, Acquire);
        Ok(Opened { open: open.clone(), is_handed: false })
    }

    /// One that moves without its guest.
    pub fn handed(open: &Arc<OpenStreams>) -> Result<Self> {
        let mut opened = Opened::new(open)?;
        open.handed.fetch_add(1, Acquire);
        opened.is_handed = true;
        Ok(opened)
    }

    pub fn is_cut(&self) -> bool {
        self.open.is_cut.load(Relaxed)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.open.number.fetch_sub(1, Release);
        if self.is_handed {
            self.open.handed.fetch_sub(1, Release);
        }
        self.open.waker.wake();
    }
}

/// The guest's end; wasmtime drops it when the guest or its store does.
pub struct Writer {
    pipe: Arc<Mutex<Pipe>>,
    open: Opened,
}

impl Drop for Writer {
    fn drop(&mut self) {
        let end = if self.open.is_cut() { End::Cut } else { End::Closed };
        close(&self.pipe, end);
    }
}

fn close(pipe: &Mutex<Pipe>, end: End) {
    change(pipe, |pipe| {
        pipe.end = Some(end);
        pipe.writer = None;
        pipe.reader.take()
    });
}

impl Writer {
    /// Whether a chunk can be put; if not, it is told when.
    pub fn has_room(&self, cx: &mut Context<'_>) -> Poll<bool> {
        let mut pipe = lock(&self.pipe);
        if pipe.reader_is_gone {
            return Poll::Ready(false);
        }
        if pipe.chunk.is_none() {
            return Poll::Ready(true);
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
pub fn new_pipe(open: &Arc<OpenStreams>) -> Result<(Writer, Reader)> {
    let (end, reader) = new_output();
    Ok((end.open(open)?, reader))
}

/// The writing end of a pipe that no guest has yet. Without one the pipe is closed.
pub struct OutputEnd(Option<Arc<Mutex<Pipe>>>);

impl OutputEnd {
    fn into_pipe(mut self) -> Arc<Mutex<Pipe>> {
        self.0.take().expect("it is taken once")
    }

    /// For a guest of `open`'s store.
    pub fn open(self, open: &Arc<OpenStreams>) -> Result<Writer> {
        let open = Opened::new(open)?;
        Ok(Writer { pipe: self.into_pipe(), open })
    }
}

impl Drop for OutputEnd {
    fn drop(&mut self) {
        if let Some(pipe) = &self.0 {
            close(pipe, End::Closed);
        }
    }
}

/// The two ends of what a guest is to write.
pub fn new_output() -> (OutputEnd, Reader) {
    let pipe = Arc::<Mutex<Pipe>>::default();
    (OutputEnd(Some(pipe.clone())), Reader(pipe))
}
