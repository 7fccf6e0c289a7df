//! What runs inside an instance's task: it instantiates once and then serves the calls of its queue,
//! one after the other, or many at a time where the guest is made for that (WASI 0.3).

use crate::call_queue::{CallEvent, CallQueue, CallRequest, Outcome, QueuedCall};
use crate::component::ComponentParts;
use crate::config::Flavour;
use crate::engine::new_store;
use crate::error::Fault;
use crate::http_handler::{Handler, handle_p2, handle_p3};
use crate::limits::{RunningTime, WeInstanceOptions};
use crate::store::HostState;
use crate::value::handed::Handed;
use crate::value::{self, Calls};
use crate::wasi_context::WasiContext;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use wasmtime::component::{Accessor, Instance};
use wasmtime::{Error, Result, Store, bail};

/// The store of a guest. What the guest has not closed when it goes is cut.
struct GuestStore(Store<HostState>);

impl Drop for GuestStore {
    fn drop(&mut self) {
        self.0.data().values.open_streams.cut();
    }
}

/// What is left of a guest that has ended. The store lives on until the responses were read.
pub struct Ended {
    _store: Option<GuestStore>,
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
    queue: Arc<CallQueue>,
    running_time: Arc<RunningTime>,
}

pub async fn serve(
    component: Arc<ComponentParts>,
    (options, context): (WeInstanceOptions, Arc<WasiContext>),
    queue: Arc<CallQueue>,
    running_time: Arc<RunningTime>,
) -> Ended {
    let made = component.engine.machine(component.flavour).and_then(|machine| {
        new_store(&component.engine, machine, (&options, &context), running_time.clone())
    });
    let mut store = match made {
        Ok(store) => GuestStore(store),
        Err(fault) => return Ended::without_store(fault),
    };
    let concurrent_max = options.concurrent_max as usize;
    let server = Server { component, concurrent_max, queue, running_time };
    let result = server.run(&mut store.0).await;
    let state = store.0.data();
    let fault = result.err().map(|error| Fault::of_guest(&error, state.growth_refused()));
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
            return self.serve_sequential(store, &mut guest).await;
        }
        // Inside of the event loop nothing can be looked up any more.
        if self.component.exports_functions() {
            guest.bind_exports(store)?;
        }
        self.serve_concurrent(store, &guest).await
    }

    async fn serve_sequential(
        &self,
        store: &mut Store<HostState>,
        guest: &mut Bound<'_>,
    ) -> Result<()> {
        while let Some(job) = poll_fn(|cx| self.queue.poll_next(cx)).await {
            self.running_time.begin_call();
            store.data_mut().values.call = job.id;
            match job.request {
                CallRequest::Http(request) => match &guest.handler {
                    Some(Handler::P2(handler)) => {
                        handle_p2(handler, store, request).await?;
                        self.queue.tell(job.id, CallEvent::Returned);
                    }
                    _ => bail!("the instance has no handler of requests"),
                },
                CallRequest::Export(request) => {
                    let calls = guest.bind_exports(store)?;
                    let called = calls.call(store, request.function, request.arguments).await;
                    if called.as_ref().is_ok_and(Handed::needs_the_event_loop) {
                        bail!("a component that handles requests of WASI 0.2 gives no streams");
                    }
                    self.queue.tell(job.id, CallEvent::Outcome(settle(called)?));
                }
            }
            self.queue.end_call();
        }
        // Somebody reads or writes them, and what they are made of goes with the guest.
        let open_streams = store.data().values.open_streams.clone();
        poll_fn(|cx| open_streams.poll_none_handed(cx)).await;
        Ok(())
    }

    async fn serve_concurrent(
        &self,
        store: &mut Store<HostState>,
        guest: &Bound<'_>,
    ) -> Result<()> {
        let open_streams = store.data().values.open_streams.clone();
        store
            .run_concurrent(async |accessor| {
                let mut running = Running(Vec::new());
                poll_fn(|cx| {
                    let goes_on = |cx: &mut Context<'_>| {
                        let is_busy = accessor.poll_no_interesting_tasks(cx).is_pending();
                        self.queue.set_goes_on(is_busy);
                        is_busy
                    };
                    loop {
                        while let Some(returned) = running.poll_next(cx) {
                            self.queue.end_call();
                            if let Err(error) = returned {
                                return Poll::Ready(Err(error));
                            }
                        }
                        match self.poll_next(accessor, guest, running.0.len(), cx) {
                            Poll::Ready(Some(job)) => {
                                self.running_time.begin_call();
                                // Beside a call nobody can tell what goes on after another.
                                self.queue.set_goes_on(false);
                                accessor.with(|mut store| store.data_mut().values.call = job.id);
                                running.0.push(Box::pin(self.run_concurrent(accessor, guest, job)));
                            }
                            Poll::Ready(None) if running.0.is_empty() => {
                                if goes_on(cx) {
                                    return Poll::Pending;
                                }
                                return open_streams.poll_none(cx).map(Ok);
                            }
                            _ => {
                                if running.0.is_empty() {
                                    goes_on(cx);
                                }
                                return Poll::Pending;
                            }
                        }
                    }
                })
                .await
            })
            .await?
    }

    async fn run_concurrent(
        &self,
        accessor: &Accessor<HostState>,
        guest: &Bound<'_>,
        job: QueuedCall,
    ) -> Result<()> {
        match (job.request, &guest.handler, &guest.exports) {
            // Not told as returned: a 0.3 guest writes its body after that.
            (CallRequest::Http(request), Some(Handler::P3(handler)), _) => {
                handle_p3(handler, accessor, request).await
            }
            (CallRequest::Export(request), _, Some(calls)) => {
                let called =
                    calls.call_concurrent(accessor, request.function, request.arguments).await;
                self.queue.tell(job.id, CallEvent::Outcome(settle(called)?));
                Ok(())
            }
            _ => bail!("the instance has no export for this call"),
        }
    }

    /// The next call if the guest would begin with it at once.
    fn poll_next(
        &self,
        accessor: &Accessor<HostState>,
        guest: &Bound<'_>,
        running: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Option<QueuedCall>> {
        let holds_back = |handler: &Handler| {
            accessor.poll_ready_for_concurrent_call(handler.func(), cx).is_pending()
        };
        if running >= self.concurrent_max || guest.handler.as_ref().is_some_and(holds_back) {
            return Poll::Pending;
        }
        self.queue.poll_next(cx)
    }
}

/// Calls that one guest serves at the same time. They are few, and wasmtime's event loop polls all of
/// them after whatever it does, so none needs a waker of its own.
struct Running<F>(Vec<Pin<Box<F>>>);

impl<F: Future> Running<F> {
    /// What one of them came to, if one has ended.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Option<F::Output> {
        for place in 0..self.0.len() {
            if let Poll::Ready(output) = self.0[place].as_mut().poll(cx) {
                drop(self.0.swap_remove(place));
                return Some(output);
            }
        }
        None
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
}

/// An error that leaves the guest as it was is an outcome; any other ends it.
fn settle(called: Result<Handed>) -> Result<Outcome> {
    match called {
        Ok(handed) => Ok(Ok(handed)),
        Err(error) => value::argument_fault_of(&error).map(Err).ok_or(error),
    }
}
