//! What runs inside an instance's task: it instantiates once and then serves the calls of its queue,
//! one after the other, or many at a time where the guest is made for that (WASI 0.3).

use crate::call_queue::{CallEvent, CallQueue, Job};
use crate::component::ComponentParts;
use crate::engine::Flavour;
use crate::error::Fault;
use crate::export_call::{ExportRequest, Outcome};
use crate::http::{Handler, HttpCall, handle_p2, handle_p3};
use crate::limits::{RunningTime, WeInstanceOptions};
use crate::store::{HostState, new_store};
use crate::value::{self, Calls, Handed};
use crate::wasi_context::WasiContext;
use futures::stream::{FuturesUnordered, StreamExt};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use wasmtime::component::{Accessor, Instance};
use wasmtime::{Error, Result, Store, bail};

/// What a call is.
pub enum CallRequest {
    Http(Box<HttpCall>),
    Export(ExportRequest),
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
            return self.serve_sequential(store, &mut guest).await;
        }
        // Inside of the event loop nothing can be looked up any more.
        if self.component.exports_beyond_wasi() {
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
                    if called.as_ref().is_ok_and(|handed| !handed.streams.is_empty()) {
                        bail!("a component that handles requests of WASI 0.2 gives no streams");
                    }
                    self.queue.tell(job.id, CallEvent::Outcome(settle(called)?));
                }
            }
            self.queue.end_call();
        }
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
                let mut running = Running::new();
                let waker = Waker::from(self.queue.waker.clone());
                poll_fn(|cx| {
                    self.queue.begin_poll_inside(cx.waker());
                    let cx = &mut Context::from_waker(&waker);
                    loop {
                        while let Some(returned) = running.poll_next(cx) {
                            self.queue.end_call();
                            if let Err(error) = returned {
                                return Poll::Ready(Err(error));
                            }
                        }
                        match self.poll_next(accessor, guest, running.len(), cx) {
                            Poll::Ready(Some(job)) => {
                                self.running_time.begin_call();
                                running.push(self.run_concurrent(accessor, guest, job));
                            }
                            Poll::Ready(None) if running.len() == 0 => {
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

    async fn run_concurrent(
        &self,
        accessor: &Accessor<HostState>,
        guest: &Bound<'_>,
        job: Job,
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

/// Calls that one guest serves at a time. Nearly always that is one, which pays for no more.
struct Running<F> {
    first: Pin<Box<Option<F>>>,
    others: FuturesUnordered<F>,
}

impl<F: Future> Running<F> {
    fn new() -> Self {
        Running { first: Box::pin(None), others: FuturesUnordered::new() }
    }

    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.len()
    }

    fn push(&mut self, call: F) {
        match *self.first {
            None => self.first.set(Some(call)),
            Some(_) => self.others.push(call),
        }
    }

    /// What one of them came to, if one has ended.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Option<F::Output> {
        let first = self.first.as_mut().as_pin_mut();
        if let Some(Poll::Ready(output)) = first.map(|call| call.poll(cx)) {
            self.first.set(None);
            return Some(output);
        }
        if self.others.is_empty() {
            return None;
        }
        match self.others.poll_next_unpin(cx) {
            Poll::Ready(output) => output,
            Poll::Pending => None,
        }
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
