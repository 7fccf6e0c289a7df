//! What `wasi:cli/run` of a component is called through.

use crate::config::Flavour;
use crate::store::HostState;
use wasmtime::Store;
use wasmtime::component::InstancePre;
use wasmtime_wasi::{p2, p3};

pub enum Command {
    P2(p2::bindings::CommandIndices),
    P3(p3::bindings::CommandIndices),
}

impl Command {
    /// The newer one when there are both.
    pub fn of(pre: &InstancePre<HostState>, flavour: Flavour) -> Option<Command> {
        if flavour == Flavour::Concurrent
            && let Ok(command) = p3::bindings::CommandIndices::new(pre)
        {
            return Some(Command::P3(command));
        }
        p2::bindings::CommandIndices::new(pre).ok().map(Command::P2)
    }

    pub async fn run(
        &self,
        pre: &InstancePre<HostState>,
        store: &mut Store<HostState>,
    ) -> wasmtime::Result<Result<(), ()>> {
        let instance = pre.instantiate_async(&mut *store).await?;
        match self {
            Command::P2(indices) => {
                let command = indices.load(&mut *store, &instance)?;
                command.wasi_cli_run().call_run(store).await
            }
            Command::P3(indices) => {
                let command = indices.load(&mut *store, &instance)?;
                let run = async |store: &_| command.wasi_cli_run().call_run(store).await;
                store.run_concurrent(run).await?
            }
        }
    }
}
