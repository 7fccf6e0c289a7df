//! The store of one instance: everything a guest can reach, which is its own requests, clocks,
//! random numbers, two output streams and its context.

use crate::abi::{Context, WeStr};
use crate::limits::{Counters, Limiter, RunningTime, WeInstanceOptions};
use crate::runtime;
use crate::value::state::State;
use crate::window::{WRITE_BYTES, Window};
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use wasmtime::component::ResourceTable;
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error as HttpError, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

pub struct HostState {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: Hooks,
    pub limiter: Limiter,
    counters: Arc<Counters>,
    /// The state of imports and exports beyond WASI.
    pub values: State,
    /// Of the call that the guest is in.
    pub window: Arc<Window>,
}

impl HostState {
    pub fn new(options: &WeInstanceOptions, wasi: WasiCtx, counters: Arc<Counters>) -> Self {
        counters.stores.fetch_add(1, Relaxed);
        let mut table = ResourceTable::new();
        table.set_max_capacity(options.handles_max as usize);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(options.fields_bytes_max as usize);
        let limiter = Limiter::new(options);
        let values = State::new(options.imports, options.handles_max, options.host_data_bytes_max);
        let hooks = Hooks { refused: options.refused, context: options.context };
        HostState { table, wasi, http, hooks, limiter, counters, values, window: Arc::default() }
    }

    pub fn growth_refused(&self) -> bool {
        self.limiter.growth_refused()
    }
}

impl Drop for HostState {
    fn drop(&mut self) {
        self.counters.stores.fetch_sub(1, Relaxed);
    }
}

impl WasiView for HostState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for HostState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}

/// Outgoing requests are denied until a link grants them, and the C side hears of each.
struct Hooks {
    refused: Option<extern "C" fn(*mut c_void, i32, WeStr)>,
    context: Context,
}

const REFUSED_HTTP: i32 = 1;
const TARGET_BYTES_MAX: usize = 256;

/// Host and port, without a name and password before them.
fn target_of(uri: &http::Uri) -> &[u8] {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let target = authority.rsplit('@').next().unwrap_or_default().as_bytes();
    &target[..target.len().min(TARGET_BYTES_MAX)]
}

type IoResult = Box<dyn Future<Output = Result<(), HttpError>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _io: IoResult,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, IoResult), HttpError>> + Send>
    {
        if let Some(refused) = self.refused {
            refused(self.context.0, REFUSED_HTTP, WeStr::of(target_of(request.uri())));
        }
        Box::new(std::future::ready(Err(HttpError::HttpRequestDenied)))
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        WRITE_BYTES
    }

    /// Bytes are what is bounded, by the window; this many small writes may wait too.
    fn p2_outgoing_body_buffer_chunks(&mut self) -> usize {
        16 << 10
    }
}

/// Gives the thread back after each full slice, and ends the guest when its budget is used up.
pub fn bound_running_time<T>(
    store: &mut Store<T>,
    counters: Arc<Counters>,
    running_time: Arc<RunningTime>,
) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        if running_time.is_used_up_now() {
            return Ok(UpdateDeadline::Interrupt);
        }
        if runtime::poll_time() < counters.slice_min {
            return Ok(UpdateDeadline::Continue(1));
        }
        counters.yields.fetch_add(1, Relaxed);
        runtime::mark_yielded();
        Ok(UpdateDeadline::Yield(1))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_host_and_port_of_bounded_length_without_a_password() {
        let of = |uri: &str| String::from_utf8(target_of(&uri.parse().unwrap()).to_vec()).unwrap();

        assert_eq!(of("https://example.com:443/path?query"), "example.com:443");
        assert_eq!(of("https://name:secret@[::1]:8080/"), "[::1]:8080");
        assert_eq!(of("/path"), "");
        assert_eq!(of(&format!("http://{}/", "a".repeat(300))), "a".repeat(256));
    }
}
