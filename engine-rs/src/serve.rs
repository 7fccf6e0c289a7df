//! What runs inside an instance's task: it instantiates once and then serves the calls of its queue,
//! one after the other, or many at a time where the guest is made for that (WASI 0.3).

use crate::component::ComponentParts;
use crate::error::Fault;
use crate::http::{Handler, HttpTurn, handle_p2, handle_p3};
use crate::instance::{Job, Queue};
use crate::limits::{RunningTime, WeInstanceOptions};
use crate::store::{HostState, new_store};
use futures::stream::{FuturesUnordered, StreamExt};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use wasmtime::component::Accessor;
use wasmtime::{Result, Store, bail};

/// What a call is.
pub enum Turn {
    Http(HttpTurn),
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
    options: WeInstanceOptions,
    queue: Arc<Queue>,
    running_time: Arc<RunningTime>,
) -> Ended {
    let made = component
        .engine
        .machine(component.flavour)
        .and_then(|machine| new_store(&component.engine, machine, &options, running_time.clone()));
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
        let handler = Handler::load(&self.component, store, &instance)?;
        match &handler {
            Some(Handler::P3(_)) => self.serve_together(store, handler.as_ref()).await,
            _ => self.serve_in_turn(store, handler.as_ref()).await,
        }
    }

    async fn serve_in_turn(
        &self,
        store: &mut Store<HostState>,
        handler: Option<&Handler>,
    ) -> Result<()> {
        while let Some(job) = poll_fn(|cx| self.queue.poll_next(cx)).await {
            self.running_time.begin_call();
            match (job.turn, handler) {
                (Turn::Http(turn), Some(Handler::P2(guest))) => {
                    handle_p2(guest, store, turn).await?;
                }
                _ => bail!("the instance has no export for this call"),
            }
            self.queue.has_returned();
            let _ = job.returned.send(());
        }
        Ok(())
    }

    async fn serve_together(
        &self,
        store: &mut Store<HostState>,
        handler: Option<&Handler>,
    ) -> Result<()> {
        let Some(handler) = handler else { bail!("the instance has no export to call") };
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
                        match self.poll_next(accessor, handler, running.len(), cx) {
                            Poll::Ready(Some(job)) => {
                                self.running_time.begin_call();
                                running.push(run_together(handler, accessor, job));
                            }
                            Poll::Ready(None) if running.is_empty() => {
                                return accessor.poll_no_interesting_tasks(cx).map(Ok);
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
        handler: &Handler,
        running: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Job>> {
        if running >= self.concurrent_max
            || accessor.poll_ready_for_concurrent_call(handler.func(), cx).is_pending()
        {
            return Poll::Pending;
        }
        self.queue.poll_next(cx)
    }
}

async fn run_together(handler: &Handler, accessor: &Accessor<HostState>, job: Job) -> Result<()> {
    match (job.turn, handler) {
        (Turn::Http(turn), Handler::P3(guest)) => handle_p3(guest, accessor, turn).await?,
        _ => bail!("the instance has no export for this call"),
    }
    // `job.returned` is dropped unused: a 0.3 guest writes its body after it has returned.
    Ok(())
}
