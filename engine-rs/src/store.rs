//! The store of one instance: everything a guest can reach, which is nothing but its own requests,
//! clocks, random numbers and two output streams.

use crate::engine::{Counters, EngineParts, Machine};
use crate::error::{Fault, Status};
use crate::limits::{Limiter, RunningTime, WeInstanceOptions};
use crate::runtime;
use crate::stdio::{Output, Stream};
use crate::value;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use wasmtime::component::ResourceTable;
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error as HttpError, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

const RESPONSE_CHUNK_BYTES_MAX: usize = 64 * 1024;

pub struct HostState {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: Hooks,
    limiter: Limiter,
    counters: Arc<Counters>,
    /// Of imports and exports beyond WASI.
    pub values: value::State,
}

impl HostState {
    pub fn new(options: &WeInstanceOptions, counters: Arc<Counters>) -> Self {
        counters.stores.fetch_add(1, Relaxed);
        let mut table = ResourceTable::new();
        table.set_max_capacity(options.handles_max as usize);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(options.header_bytes_max as usize);
        let limiter = Limiter::new(options);
        let wasi = wasi_of(options);
        let values =
            value::State::new(options.imports, options.handles_max, options.hostcall_bytes_max);
        HostState { table, wasi, http, hooks: Hooks, limiter, counters, values }
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

/// No environment, arguments, directories, addresses or name lookup.
fn wasi_of(options: &WeInstanceOptions) -> WasiCtx {
    WasiCtxBuilder::new()
        .stdout(Output::new(Stream::Stdout, options))
        .stderr(Output::new(Stream::Stderr, options))
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .max_random_size(options.random_bytes_max.into())
        .build()
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

/// Outgoing requests are denied until a link grants them.
struct Hooks;

type IoResult = Box<dyn Future<Output = Result<(), HttpError>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        _request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _io: IoResult,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, IoResult), HttpError>> + Send>
    {
        Box::new(std::future::ready(Err(HttpError::HttpRequestDenied)))
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        RESPONSE_CHUNK_BYTES_MAX
    }
}

/// Makes the store of one instance. `options` are resolved. Errors: PoolFull.
pub fn new_store(
    engine: &EngineParts,
    machine: &Machine,
    options: &WeInstanceOptions,
    running_time: Arc<RunningTime>,
) -> Result<Store<HostState>, Fault> {
    let counters = &engine.counters;
    if counters.stores.load(Relaxed) >= engine.config.instances_max.into() {
        let message = format!("all {} instances are in use", engine.config.instances_max);
        return Err(Fault::new(Status::PoolFull, message));
    }
    let mut store = Store::new(&machine.engine, HostState::new(options, counters.clone()));
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(options.hostcall_bytes_max as usize);
    store.set_max_component_handles(options.handles_max as usize);
    bound_running_time(&mut store, counters.clone(), running_time);
    Ok(store)
}

/// Gives the thread back after each full slice, and ends the guest when its budget is used up.
fn bound_running_time(
    store: &mut Store<HostState>,
    counters: Arc<Counters>,
    running_time: Arc<RunningTime>,
) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        if running_time.is_used_up_now() {
            return Ok(UpdateDeadline::Interrupt);
        }
        if runtime::slice_is_fresh(counters.epoch.load(Relaxed)) {
            return Ok(UpdateDeadline::Continue(1));
        }
        counters.yields.fetch_add(1, Relaxed);
        runtime::mark_yielded();
        Ok(UpdateDeadline::Yield(1))
    });
}
