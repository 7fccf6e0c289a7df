//! Streams and pollables of `wasi:io` on their way into and out of a guest's table.

use super::from_host::End;
use super::handed_stream::WeStream;
use super::io::{FromHost, Input, Io, Output, Reading, Signal, ToHost};
use super::pipe::Opened;
use super::wire::Malformed;
use crate::error::HandlesFull;
use crate::store::HostState;
use wasmtime::component::Resource;
use wasmtime::{Error, Result, bail};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, subscribe};

/// What a guest hands over of its own; it has it no longer.
pub fn take(state: &mut HostState, io: Io, rep: u32) -> Result<WeStream> {
    let open = Opened::handed(&state.values.open_streams)?;
    let table = state.ctx().table;
    let taken = match io {
        Io::Input => table
            .delete(Resource::<DynInputStream>::new_own(rep))
            .map(|stream| WeStream::of_input(Reading::On(Input { stream, open }))),
        Io::Output => table
            .delete(Resource::<DynOutputStream>::new_own(rep))
            .map(|stream| WeStream::of_output(Output { stream, open })),
        Io::Pollable => bail!("a pollable stays with the component that made it"),
    };
    taken.map_err(|error| Error::msg(format!("an {} cannot be handed over: {error}", io.name())))
}

/// Gives a guest what `end` is the other side of; the result is how the guest's table knows it.
pub fn give(state: &mut HostState, io: Io, end: End) -> Result<u32> {
    let open = state.values.open_streams.clone();
    let table = state.ctx().table;
    let given = match (io, end) {
        (Io::Input, End::Read(body)) => {
            let stream: DynInputStream = Box::new(FromHost::new(body));
            table.push(stream).map(|it| it.rep())
        }
        (Io::Output, End::Write(end)) => {
            let stream: DynOutputStream = Box::new(ToHost(end.open(&open)?));
            table.push(stream).map(|it| it.rep())
        }
        (Io::Output, End::Pass(output)) => {
            let stream: DynOutputStream = Box::new(output);
            table.push(stream).map(|it| it.rep())
        }
        (Io::Pollable, End::Read(body)) => {
            let signal = table.push(Signal(Some(body)));
            return match signal {
                Ok(signal) => Ok(subscribe(state.ctx().table, signal)?.rep()),
                Err(_) => Err(full(state)),
            };
        }
        _ => return Err(Error::new(Malformed("a stream has an end of another direction"))),
    };
    given.map_err(|_| full(state))
}

fn full(state: &mut HostState) -> Error {
    Error::new(HandlesFull(state.ctx().table.max_capacity()))
}
