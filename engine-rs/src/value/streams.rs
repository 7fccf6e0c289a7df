//! Streams of bytes and futures that a guest hands over, as the C side reads them: chunk by chunk, at
//! most one of which waits. A future is a stream of one chunk, its encoded value.

use super::encoded::Encoded;
use super::payload::Payload;
use crate::abi::WeBuf;
use crate::runtime::borrow_waker;
use crate::store::HostState;
use futures::task::AtomicWaker;
use std::ffi::c_void;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Acquire, Ordering::Release};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use wasmtime::component::{
    FutureAny, FutureConsumer, Source, StreamAny, StreamConsumer, StreamResult,
};
use wasmtime::{AsContextMut, Result, StoreContextMut, bail};

const CHUNK_OCTETS_MAX: usize = 64 * 1024;

/// Of one store, open at the same time.
const STREAMS_MAX: usize = 128;

#[derive(Default)]
struct Pipe {
    chunk: Option<Encoded>,
    has_ended: bool,
    reader_is_gone: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

fn lock(pipe: &Mutex<Pipe>) -> MutexGuard<'_, Pipe> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes the pipe and wakes whoever the change is for, outside of the lock.
fn change(pipe: &Mutex<Pipe>, change: impl FnOnce(&mut Pipe) -> Option<Waker>) {
    let waker = change(&mut lock(pipe));
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// `we_stream`: the reading end.
pub struct WeStream(Arc<Mutex<Pipe>>);

impl WeStream {
    fn poll(&self, waker: &Waker) -> Poll<Option<Encoded>> {
        let (chunk, writer) = {
            let mut pipe = lock(&self.0);
            match pipe.chunk.take() {
                Some(chunk) => (chunk, pipe.writer.take()),
                None if pipe.has_ended => return Poll::Ready(None),
                None => {
                    pipe.reader = Some(waker.clone());
                    return Poll::Pending;
                }
            }
        };
        if let Some(writer) = writer {
            writer.wake();
        }
        Poll::Ready(Some(chunk))
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
}

impl OpenStreams {
    /// Ready when there are none.
    pub fn poll_none(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        if self.number.load(Acquire) == 0 { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// The guest's end; wasmtime drops it when the guest or its store does.
struct Writer {
    pipe: Arc<Mutex<Pipe>>,
    open: Arc<OpenStreams>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.open.number.fetch_sub(1, Release);
        self.open.waker.wake();
        change(&self.pipe, |pipe| {
            pipe.has_ended = true;
            pipe.writer = None;
            pipe.reader.take()
        });
    }
}

impl Writer {
    /// Whether a chunk can be put; if not, it is told when.
    fn has_room(&self, cx: &mut Context<'_>) -> Poll<Result<bool>> {
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

    fn put(&self, chunk: Encoded) {
        change(&self.pipe, |pipe| {
            pipe.chunk = Some(chunk);
            pipe.reader.take()
        });
    }
}

impl StreamConsumer<HostState> for Writer {
    type Item = u8;

    fn poll_consume(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<HostState>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        match self.has_room(cx)? {
            Poll::Ready(true) => {}
            Poll::Ready(false) => return Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
        }
        let mut source = source.as_direct(store);
        let bytes = source.remaining();
        let bytes = &bytes[..bytes.len().min(CHUNK_OCTETS_MAX)];
        if !bytes.is_empty() {
            let size = bytes.len();
            self.put(bytes.into());
            source.mark_read(size);
        }
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

impl FutureConsumer<HostState> for Writer {
    type Item = Payload;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut store: StoreContextMut<HostState>,
        mut source: Source<'_, Payload>,
        _: bool,
    ) -> Poll<Result<()>> {
        let mut payload = None;
        source.read(store.as_context_mut(), &mut payload)?;
        if let Some(payload) = payload {
            self.put(payload.into_bytes(&mut store.data_mut().values)?);
        }
        Poll::Ready(Ok(()))
    }
}

fn new_pipe(store: &StoreContextMut<'_, HostState>) -> Result<(Writer, WeStream)> {
    let open = &store.data().values.open_streams;
    if open.number.load(Acquire) >= STREAMS_MAX {
        bail!("more than {STREAMS_MAX} streams and futures are open at the same time");
    }
    open.number.fetch_add(1, Acquire);
    let pipe = Arc::<Mutex<Pipe>>::default();
    Ok((Writer { pipe: pipe.clone(), open: open.clone() }, WeStream(pipe)))
}

/// The C side's end of a stream of bytes.
pub fn read_stream(
    mut store: StoreContextMut<'_, HostState>,
    stream: StreamAny,
) -> Result<WeStream> {
    let (writer, reader) = new_pipe(&store)?;
    stream.try_into_stream_reader::<u8>()?.pipe(store.as_context_mut(), writer)?;
    Ok(reader)
}

/// The C side's end of a future.
pub fn read_future(
    mut store: StoreContextMut<'_, HostState>,
    future: FutureAny,
) -> Result<WeStream> {
    let (writer, reader) = new_pipe(&store)?;
    future.try_into_future_reader::<Payload>()?.pipe(store.as_context_mut(), writer)?;
    Ok(reader)
}

const PENDING: i32 = 0;
const CHUNK: i32 = 1;
const END: i32 = 2;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_stream_poll(
    stream: *mut WeStream,
    waker: *mut c_void,
    chunk: *mut WeBuf,
) -> i32 {
    let Some(stream) = (unsafe { stream.as_ref() }) else {
        return END;
    };
    let waker = unsafe { borrow_waker(waker) };
    match stream.poll(&waker) {
        Poll::Pending => PENDING,
        Poll::Ready(None) => END,
        Poll::Ready(Some(bytes)) => {
            unsafe { chunk.write(bytes.into_buf()) };
            CHUNK
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_stream_free(stream: *mut WeStream) {
    unsafe { crate::abi::take(stream) }
}
