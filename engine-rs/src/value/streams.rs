//! Streams of bytes and futures that a guest hands over: into pipes, from which the C side reads them.

use super::asked::ENDS_MAX;
use super::handed::{Given, Handed};
use super::handed_stream::WeStream;
use super::io_table;
use super::lift::{Handle, Lifted, Mark};
use super::lower::future_value::FutureValue;
use super::pipe::{Writer, new_pipe};
use super::wire::{put_bytes, put_unsigned};
use crate::store::HostState;
use std::pin::Pin;
use std::task::{Context, Poll};
use wasmtime::component::{
    FutureAny, FutureConsumer, Source, StreamAny, StreamConsumer, StreamResult,
};
use wasmtime::{AsContextMut, Result, StoreContextMut, bail};

const CHUNK_BYTES_MAX: usize = 64 * 1024;

impl StreamConsumer<HostState> for Writer {
    type Item = u8;

    fn poll_consume(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<HostState>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        match self.has_room(cx) {
            Poll::Ready(true) => {}
            Poll::Ready(false) => return Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
        }
        let mut source = source.as_direct(store);
        let bytes = source.remaining();
        let bytes = &bytes[..bytes.len().min(CHUNK_BYTES_MAX)];
        if !bytes.is_empty() {
            let size = bytes.len();
            self.put(bytes.into());
            source.mark_read(size);
        }
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

impl FutureConsumer<HostState> for Writer {
    type Item = FutureValue;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut store: StoreContextMut<HostState>,
        mut source: Source<'_, FutureValue>,
        _: bool,
    ) -> Poll<Result<()>> {
        let mut payload = None;
        source.read(store.as_context_mut(), &mut payload)?;
        if let Some(payload) = payload {
            self.put(payload.into_bytes());
        }
        Poll::Ready(Ok(()))
    }
}

/// The C side's end of a stream of bytes.
pub fn read_stream(
    mut store: StoreContextMut<'_, HostState>,
    stream: StreamAny,
) -> Result<WeStream> {
    let (writer, reader) = new_pipe(&store.data().values.open_streams)?;
    stream.try_into_stream_reader::<u8>()?.pipe(store.as_context_mut(), writer)?;
    Ok(WeStream::of_pipe(reader))
}

/// The C side's end of a future.
pub fn read_future(
    mut store: StoreContextMut<'_, HostState>,
    future: FutureAny,
) -> Result<WeStream> {
    let (writer, reader) = new_pipe(&store.data().values.open_streams)?;
    future.try_into_future_reader::<FutureValue>()?.pipe(store.as_context_mut(), writer)?;
    Ok(WeStream::of_pipe(reader))
}

/// Puts the bytes of all handles in their places and opens streams and futures.
pub fn seal(lifted: Lifted, mut store: StoreContextMut<'_, HostState>) -> Result<Handed> {
    if lifted.marks.is_empty() {
        return Ok(Handed::new(lifted.bytes, Vec::new(), None));
    }
    lifted.check_size(&store.data().values)?;
    let Lifted { mut bytes, marks } = lifted;
    let mut streams = Vec::new();
    let mut given = Given::new(store.data().values.imports);
    let mut insertions = Vec::with_capacity(marks.len());
    for Mark { place, handle } in marks {
        let mut name = Vec::new();
        let handles = &mut store.data_mut().values.handles;
        let stream = match handle {
            Handle::Lent(rep) => {
                put_bytes(&mut name, handles.peek(rep)?);
                None
            }
            Handle::Given(rep) => {
                put_bytes(&mut name, handles.peek(rep)?);
                given.add(handles.take_back(rep));
                None
            }
            Handle::Stream(stream) => Some(read_stream(store.as_context_mut(), stream)?),
            Handle::Future(future) => Some(read_future(store.as_context_mut(), future)?),
            Handle::Io(io, rep) => Some(io_table::take(store.data_mut(), io, rep)?),
        };
        if let Some(stream) = stream {
            if streams.len() == ENDS_MAX {
                bail!("a call hands over more than {ENDS_MAX} streams and futures");
            }
            put_unsigned(&mut name, streams.len() as u64);
            streams.push(stream);
        }
        insertions.push((place, name));
    }
    bytes.insert(&insertions);
    Ok(Handed::new(bytes, streams, Some(given)))
}
