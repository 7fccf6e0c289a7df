//! One HTTP request in an instance of its own.

use crate::abi::{give, handle, options};
use crate::component::{ComponentParts, WeComponent};
use crate::error::{Fault, Status, report};
use crate::limits::WeCallOptions;
use crate::request::{WeHttpRequest, request_of};
use crate::response::{Answer, Guest, Response, WeHttpSink};
use crate::store::{HostState, new_store};
use crate::task::{WeTask, Work};
use futures::channel::oneshot;
use http::Request;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use wasmtime::Store;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::{WasiBody, WasiHttpView};

type HttpRequest = Request<WasiBody>;
type HttpOptions = WeCallOptions;

/// What is left of a guest that has ended. The store lives on until the response was read.
struct Ended {
    _store: Option<Store<HostState>>,
    fault: Option<Fault>,
}

enum Stage {
    Running(Pin<Box<dyn Future<Output = Ended> + Send>>),
    Ended(Ended),
}

struct HttpCall {
    stage: Stage,
    response: Response,
    sink: WeHttpSink,
}

async fn run_guest(
    component: Arc<ComponentParts>,
    call: HttpOptions,
    request: HttpRequest,
    answer: oneshot::Sender<Answer>,
) -> Ended {
    let mut store = match new_store(&component.engine, &call) {
        Ok(store) => store,
        Err(fault) => return Ended { _store: None, fault: Some(fault) },
    };
    let Some(proxy) = &component.proxy else {
        return Ended { _store: None, fault: Some(no_handler()) };
    };
    let result = handle_request(proxy, &mut store, request, answer).await;
    let fault = result.err().map(|error| Fault::of_guest(&error, store.data().growth_refused()));
    Ended { _store: Some(store), fault }
}

async fn handle_request(
    proxy: &ProxyPre<HostState>,
    store: &mut Store<HostState>,
    request: HttpRequest,
    answer: oneshot::Sender<Answer>,
) -> wasmtime::Result<()> {
    let instance = proxy.instantiate_async(&mut *store).await?;
    let scheme = match request.uri().scheme_str() {
        Some("https") => Scheme::Https,
        _ => Scheme::Http,
    };
    let mut http = store.data_mut().http();
    let request = http.new_incoming_request(scheme, request)?;
    // The receiver is gone only when the whole call is.
    let outparam =
        http.new_response_outparam_from_callback(move |result| drop(answer.send(result)))?;
    instance.wasi_http_incoming_handler().call_handle(&mut *store, request, outparam).await
}

fn no_handler() -> Fault {
    let message = "the component does not export 'wasi:http/incoming-handler' 0.2";
    Fault::new(Status::NoHandler, message)
}

impl HttpCall {
    fn poll_guest(&mut self, cx: &mut Context<'_>) {
        if let Stage::Running(guest) = &mut self.stage
            && let Poll::Ready(ended) = guest.as_mut().poll(cx)
        {
            if let Some(fault) = &ended.fault {
                self.sink.send_fault(fault);
            }
            self.stage = Stage::Ended(ended);
        }
    }
}

impl Work for HttpCall {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_guest(cx);
        let guest = match &self.stage {
            Stage::Running(_) => Guest::Running,
            Stage::Ended(Ended { fault: None, .. }) => Guest::Returned,
            Stage::Ended(Ended { fault: Some(fault), .. }) => Guest::Failed(fault),
        };
        self.response.poll(cx, guest);
        match self.stage {
            Stage::Ended(_) if self.response.has_ended() => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }

    fn resume(&mut self) {
        self.response.resume();
    }
}

/// # Safety
/// The pointers are as the header says.
unsafe fn start(
    component: *const WeComponent,
    request: *const WeHttpRequest,
    call: *const WeCallOptions,
    sink: *const WeHttpSink,
) -> Result<WeTask, Fault> {
    let (component, raw, call, sink) = unsafe {
        (handle(component, "component")?, options(request)?, options(call)?, *options(sink)?)
    };
    let component = component.0.clone();
    if component.proxy.is_none() {
        return Err(no_handler());
    }
    let engine = component.engine.clone();
    let call = call.resolved(engine.config.memory_bytes_max);
    let request = unsafe { request_of(raw) }?;
    let (sender, receiver) = oneshot::channel();
    let guest = Box::pin(run_guest(component, call, request, sender));
    let stage = Stage::Running(guest);
    let work = HttpCall { stage, response: Response::new(sink, receiver), sink };
    Ok(WeTask::new(Box::new(work), engine.counters.clone()))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_http_start(
    component: *const WeComponent,
    request: *const WeHttpRequest,
    call: *const WeCallOptions,
    sink: *const WeHttpSink,
    out: *mut *mut WeTask,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { start(component, request, call, sink) }
        .and_then(|task| unsafe { give(task, out, "out") });
    unsafe { report(result, error) }
}
