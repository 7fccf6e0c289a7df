//! A function of `wasi:http` 0.2 that this engine offers instead of wasmtime's: the one by which a guest
//! begins to write a body.

use crate::store::HostState;
use crate::window::BodyStream;
use wasmtime::component::{Linker, Resource};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::DynOutputStream;
use wasmtime_wasi_http::p2::body::HostOutgoingBody;

fn open_stream(
    mut store: StoreContextMut<'_, HostState>,
    (body,): (Resource<HostOutgoingBody>,),
) -> Result<(Result<Resource<DynOutputStream>, ()>,)> {
    let window = store.data().window.clone();
    let table = store.data_mut().ctx().table;
    let Some(stream) = table.get_mut(&body)?.take_output_stream() else { return Ok((Err(()),)) };
    let stream: DynOutputStream = Box::new(BodyStream::new(stream, window));
    Ok((Ok(table.push_child(stream, &body)?),))
}

/// Puts the window around every body that a guest of WASI 0.2 writes.
pub fn bound(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut types = linker.instance("wasi:http/types@0.2.12")?;
    types.func_wrap("[method]outgoing-body.write", open_stream)?;
    linker.allow_shadowing(false);
    Ok(())
}
