//! The value of a future, in both directions, and the ends of streams and futures that the C side feeds.

use super::Lowerer;
use crate::body::BodyReader;
use crate::value::encoded::Encoded;
use crate::value::from_host::Value;
use crate::value::lift::{self, Lifted};
use crate::value::types;
use bytes::Bytes;
use http_body::Body;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};
use wasmtime::component::__internal::{
    CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext,
};
use wasmtime::component::{
    ComponentType, Destination, FutureReader, Lift, Lower, StreamProducer, StreamReader,
    StreamResult,
};
use wasmtime::{AsContextMut, Result, StoreContextMut, bail};

/// The value of a future: from a guest, or from the C side.
pub enum FutureValue {
    Lifted(Lifted),
    Given(Value),
}

impl FutureValue {
    /// In futures there are no handles.
    pub fn into_bytes(self) -> Encoded {
        match self {
            FutureValue::Lifted(lifted) => lifted.bytes,
            FutureValue::Given(value) => value.bytes.as_ref().into(),
        }
    }
}

// SAFETY: the size is 0, so that wasmtime passes the place of the one value and checks nothing else; both
// directions check its extent and alignment. It is never passed as core values.
unsafe impl ComponentType for FutureValue {
    type Lower = [wasmtime::ValRaw; 0];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::ZERO;

    fn typecheck(_: &InterfaceType, _: &InstanceType<'_>) -> Result<()> {
        Ok(())
    }
}

unsafe impl Lift for FutureValue {
    fn linear_lift_from_flat(
        _: &mut LiftContext<'_>,
        _: InterfaceType,
        _: &Self::Lower,
    ) -> Result<Self> {
        bail!("the value of a future lies in memory")
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        let at = types::address_in(cx, bytes);
        let abi = cx.types.canonical_abi(&ty);
        let (size, align) = (abi.size32, abi.align32);
        lift::from_memory(cx, &[ty], at, size, align).map(FutureValue::Lifted)
    }
}

unsafe impl Lower for FutureValue {
    fn linear_lower_to_flat<T>(
        &self,
        _: &mut LowerContext<'_, T>,
        _: InterfaceType,
        _: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        bail!("the value of a future lies in memory")
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        at: usize,
    ) -> Result<()> {
        let FutureValue::Given(value) = self else {
            bail!("a future returns to the guest that made it");
        };
        let abi = cx.types.canonical_abi(&ty);
        let end = at.checked_add(abi.size32 as usize);
        let fits = end.is_some_and(|end| end <= cx.as_slice_mut().len());
        if !fits || !at.is_multiple_of(abi.align32 as usize) {
            bail!("a guest's place for the value of a future is not in its memory");
        }
        Lowerer::new(cx, value, None)?.into_memory(&[ty], at)
    }
}

/// The next chunk of what the C side feeds. None: it ended, well or not.
fn next_chunk(body: &mut BodyReader, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
    Pin::new(body).poll_frame(cx).map(|frame| frame?.ok()?.into_data().ok())
}

/// Feeds a guest's stream of bytes.
struct Feed(BodyReader);

impl<D> StreamProducer<D> for Feed {
    type Item = u8;
    type Buffer = Bytes;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, u8, Bytes>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        if destination.remaining(store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match next_chunk(&mut self.0, cx) {
            Poll::Ready(Some(chunk)) => {
                destination.set_buffer(chunk);
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Ready(None) => Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// A guest's stream of what the C side feeds.
pub fn new_stream<T: 'static>(
    store: StoreContextMut<'_, T>,
    body: BodyReader,
) -> Result<StreamReader<u8>> {
    StreamReader::new(store, Feed(body))
}

/// A guest's future whose value is the first chunk that the C side feeds.
pub fn new_future<T: 'static>(
    mut store: StoreContextMut<'_, T>,
    mut body: BodyReader,
) -> Result<FutureReader<FutureValue>> {
    let value = async move {
        match std::future::poll_fn(|cx| next_chunk(&mut body, cx)).await {
            Some(chunk) => Ok(FutureValue::Given(Value::from(Encoded::from(&*chunk).into_buf()))),
            None => bail!("the host ended a future without its value"),
        }
    };
    FutureReader::new(store.as_context_mut(), value)
}
