//! What runs inside an instance's task: it instantiates once and then serves the calls of its queue,
//! one after the other, or many at a time where the guest is made for that (WASI 0.3).

use crate::component::ComponentParts;
use crate::engine::Flavour;
use crate::error::Fault;
use crate::export_call::{ExportTurn, Outcome};
use crate::http::{Handler, HttpTurn, handle_p2, handle_p3};
use crate::instance::{Job, Queue};
use crate::limits::{RunningTime, WeInstanceOptions};
use crate::store::{HostState, new_store};
use crate::value::{self, Calls, Handed};
use crate::world::World;
use futures::channel::oneshot;
use futures::stream::{FuturesUnordered, StreamExt};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use wasmtime::component::{Accessor, Instance};
use wasmtime::{Error, Result, Store, bail};

/// What a call is.
pub enum Turn {
    Http(HttpTurn),
    Export(ExportTurn),
}

/// What is left of a guest that has ended. The store lives on until the responses were read.
pub struct Ended {
    _store: Option<Store<HostState>>,
    pub fault: Option<Fault>,
}

impl Ended {
    pub fn without_store(fault: Fault) -> Self {
        Ended { _store: None, fault: Some(fault) }
    }
}

struct Server {
    component: Arc<ComponentParts>,
    concurrent_max: usize,
    queue: Arc<Queue>,
    running_time: Arc<RunningTime>,
}

pub async fn serve(
    component: Arc<ComponentParts>,
    (options, world): (WeInstanceOptions, Arc<World>),
    queue: Arc<Queue>,
    running_time: Arc<RunningTime>,
) -> Ended {
    let made = component.engine.machine(component.flavour).and_then(|machine| {
        new_store(&component.engine, machine, (&options, &world), running_time.clone())
    });
    let mut store = match made {
        Ok(store) => store,
        Err(fault) => return Ended::without_store(fault),
    };
    let concurrent_max = options.concurrent_max as usize;
    let server = Server { component, concurrent_max, queue, running_time };
    let result = server.run(&mut store).await;
    let fault = result.err().map(|error| Fault::of_guest(&error, store.data().growth_refused()));
    Ended { _store: Some(store), fault }
}

impl Server {
    async fn run(&self, store: &mut Store<HostState>) -> Result<()> {
        let instance = self.component.pre.instantiate_async(&mut *store).await?;
        let mut guest = Bound {
            component: &self.component,
            handler: Handler::load(&self.component, store, &instance)?,
            instance,
            exports: None,
        };
        if self.component.flavour == Flavour::Plain || matches!(guest.handler, Some(Handler::P2(_)))
        {
            return self.serve_in_turn(store, &mut guest).await;
        }
        // Inside of the event loop nothing can be looked up any more.
        if self.component.exports_beyond_wasi() {
            guest.bind_exports(store)?;
        }
        self.serve_together(store, &guest).await
    }

    async fn serve_in_turn(
        &self,
        store: &mut Store<HostState>,
        guest: &mut Bound<'_>,
    ) -> Result<()> {
        while let Some(job) = poll_fn(|cx| self.queue.poll_next(cx)).await {
            self.running_time.begin_call();
            match job.turn {
                Turn::Http(turn) => match &guest.handler {
                    Some(Handler::P2(handler)) => handle_p2(handler, store, turn).await?,
                    _ => bail!("the instance has no handler of requests"),
                },
                Turn::Export(turn) => {
                    let calls = guest.bind_exports(store)?;
                    let called = calls.call(store, turn.function, turn.arguments).await;
                    if called.as_ref().is_ok_and(|handed| !handed.streams.is_empty()) {
                        bail!("a component that handles requests of WASI 0.2 gives no streams");
                    }
                    settle(called, turn.outcome)?;
                }
            }
            self.queue.has_returned();
            let _ = job.returned.send(());
        }
        Ok(())
    }

    async fn serve_together(&self, store: &mut Store<HostState>, guest: &Bound<'_>) -> Result<()> {
        let open_streams = store.data().values.open_streams.clone();
        store
            .run_concurrent(async |accessor| {
                let mut running = FuturesUnordered::new();
                poll_fn(|cx| {
                    loop {
                        while let Poll::Ready(Some(returned)) = running.poll_next_unpin(cx) {
                            self.queue.has_returned();
                            if let Err(error) = returned {
                                return Poll::Ready(Err(error));
                            }
                        }
                        match self.poll_next(accessor, guest, running.len(), cx) {
                            Poll::Ready(Some(job)) => {
                                self.running_time.begin_call();
                                running.push(guest.run_together(accessor, job));
                            }
                            Poll::Ready(None) if running.is_empty() => {
                                ready!(accessor.poll_no_interesting_tasks(cx));
                                return open_streams.poll_none(cx).map(Ok);
                            }
                            _ => return Poll::Pending,
                        }
                    }
                })
                .await
            })
            .await?
    }

    /// The next call if the guest would begin with it at once.
    fn poll_next(
        &self,
        accessor: &Accessor<HostState>,
        guest: &Bound<'_>,
        running: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Job>> {
        let holds_back = |handler: &Handler| {
            accessor.poll_ready_for_concurrent_call(handler.func(), cx).is_pending()
        };
        if running >= self.concurrent_max || guest.handler.as_ref().is_some_and(holds_back) {
            return Poll::Pending;
        }
        self.queue.poll_next(cx)
    }
}

/// What of one instance is called.
struct Bound<'a> {
    component: &'a ComponentParts,
    instance: Instance,
    handler: Option<Handler>,
    /// Looked up when they are first called.
    exports: Option<Calls>,
}

impl Bound<'_> {
    fn bind_exports(&mut self, store: &mut Store<HostState>) -> Result<&Calls> {
        if self.exports.is_none() {
            let exports = self.component.exports().map_err(|fault| Error::msg(fault.message))?;
            self.exports = Some(exports.bind(store, &self.instance)?);
        }
        self.exports.as_ref().ok_or_else(|| Error::msg("the exports are bound"))
    }

    async fn run_together(&self, accessor: &Accessor<HostState>, job: Job) -> Result<()> {
        match (job.turn, &self.handler, &self.exports) {
            // `job.returned` is dropped unused: a 0.3 guest writes its body after it has returned.
            (Turn::Http(turn), Some(Handler::P3(handler)), _) => {
                handle_p3(handler, accessor, turn).await
            }
            (Turn::Export(turn), _, Some(calls)) => {
                let called = calls.call_concurrent(accessor, turn.function, turn.arguments).await;
                settle(called, turn.outcome)
            }
            _ => bail!("the instance has no export for this call"),
        }
    }
}

/// Gives the outcome away. An error that leaves the guest as it was is an outcome; any other ends it.
fn settle(called: Result<Handed>, outcome: oneshot::Sender<Outcome>) -> Result<()> {
    let settled = match called {
        Ok(handed) => Ok(handed),
        Err(error) => Err(value::argument_fault_of(&error).ok_or(error)?),
    };
    // Nobody waits for it any more: that is no fault of the guest's.
    drop(outcome.send(settled));
    Ok(())
}
