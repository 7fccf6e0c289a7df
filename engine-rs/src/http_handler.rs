//! How the export of an instance that takes HTTP requests is called.

use crate::call_queue::HttpCall;
use crate::component::{ComponentParts, HttpExport};
use crate::error::text_of_guest;
use crate::store::HostState;
use http::Request;
use std::pin::Pin;
use wasmtime::component::{Accessor, Func, Instance, Resource};
use wasmtime::{Result, Store};
use wasmtime_wasi_http::{Error as HttpError, WasiBody, WasiHttpView, p2, p3};

/// The export of one instance that takes requests.
pub enum Handler {
    P2(p2::bindings::Proxy),
    P3(p3::bindings::Service),
}

impl Handler {
    pub fn load(
        component: &ComponentParts,
        store: &mut Store<HostState>,
        instance: &Instance,
    ) -> Result<Option<Handler>> {
        Ok(match &component.http {
            None => None,
            Some(HttpExport::P2(indices)) => Some(Handler::P2(indices.load(store, instance)?)),
            Some(HttpExport::P3(indices)) => Some(Handler::P3(indices.load(store, instance)?)),
        })
    }

    pub fn func(&self) -> Func {
        match self {
            Handler::P2(guest) => *guest.wasi_http_incoming_handler().func_handle().func(),
            Handler::P3(guest) => *guest.wasi_http_handler().func_handle().func(),
        }
    }
}

/// A 0.2 request has the store for itself. The receiver of the answer is gone only when nobody waits
/// for it any more.
pub async fn handle_p2(
    guest: &p2::bindings::Proxy,
    store: &mut Store<HostState>,
    call: Box<HttpCall>,
) -> Result<()> {
    use p2::bindings::http::types::Scheme;
    let HttpCall { request, answer, window } = *call;
    store.data_mut().window = window.clone();
    let scheme = match request.uri().scheme_str() {
        Some("https") => Scheme::Https,
        _ => Scheme::Http,
    };
    let mut http = store.data_mut().http();
    let request = http.new_incoming_request(scheme, request)?;
    let out = http.new_response_outparam_from_callback(move |result| {
        window.begin_response();
        drop(answer.send(result.map_err(|code| text_of_guest(&code))));
    })?;
    guest.wasi_http_incoming_handler().call_handle(&mut *store, request, out).await
}

type Sent = Pin<Box<dyn Future<Output = std::result::Result<(), HttpError>> + Send>>;

/// Makes a request a resource of the guest; with it comes what becomes of its body.
fn take_over(
    state: &mut HostState,
    request: Request<WasiBody>,
) -> Result<(Resource<p3::Request>, Sent)> {
    let view = state.http();
    let (request, sent) = p3::Request::from_http(view.hooks, request);
    let sent: Sent = Box::pin(sent);
    Ok((view.table.push(request)?, sent))
}

/// A 0.3 request shares the store with others. Ends when the guest has returned its response; the
/// body comes from what the guest goes on doing.
pub async fn handle_p3(
    guest: &p3::bindings::Service,
    accessor: &Accessor<HostState>,
    call: Box<HttpCall>,
) -> Result<()> {
    let HttpCall { request, answer: out, .. } = *call;
    let handle = guest.wasi_http_handler().func_handle();
    let (call, sent) = accessor.with(|mut access| {
        let (request, sent) = take_over(access.data_mut(), request)?;
        handle.start_call_concurrent(access, (request,)).map(|call| (call, sent))
    })?;
    let answer = match handle.finish_call_concurrent(accessor, call).await?.0 {
        Err(code) => Err(text_of_guest(&code)),
        Ok(response) => Ok(accessor.with(|mut access| {
            let response = access.data_mut().http().table.delete(response)?;
            response.into_http_with_getter(&mut access, sent, HostState::http)
        })?),
    };
    drop(out.send(answer));
    Ok(())
}
