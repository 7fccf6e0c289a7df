//! The engine: one Wasmtime engine, what it offers to guests, its clock and its counters.

use crate::abi::{self, give, handle, options, take};
use crate::config::WeEngineConfig;
use crate::error::{Fault, Status, report};
use crate::runtime;
use crate::store::HostState;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use wasmtime::Engine;
use wasmtime::component::Linker;

/// Counters that outlive the engine's handle: every store and task holds them.
#[derive(Default)]
pub struct Counters {
    pub epoch: AtomicU64,
    pub stores: AtomicU64,
    pub tasks: AtomicU64,
    pub yields: AtomicU64,
}

pub struct EngineParts {
    pub engine: Engine,
    pub linker: Linker<HostState>,
    pub config: WeEngineConfig,
    pub counters: Arc<Counters>,
    pooling: bool,
}

/// `we_engine`.
pub struct WeEngine(pub Arc<EngineParts>);

#[repr(C)]
pub struct WeMetrics {
    pub size: usize,
    pub pooling: u64,
    pub instances: u64,
    pub tasks: u64,
    pub epoch_yields: u64,
    pub pool_memories: u64,
    pub pool_stacks: u64,
    pub warm_bytes: u64,
}
const _: () = assert!(size_of::<WeMetrics>() == 64);
unsafe impl abi::Sized for WeMetrics {
    const NAME: &'static str = "we_metrics";
}

/// The pool reserves its address space when the engine is made: a machine with too little of it (a
/// limit, a small container) gets an engine that allocates on demand instead.
fn make_engine(config: &WeEngineConfig) -> Result<(Engine, bool), Fault> {
    if config.wants_pool()
        && let Ok(engine) = Engine::new(&config.wasmtime(true))
    {
        return Ok((engine, true));
    }
    match Engine::new(&config.wasmtime(false)) {
        Ok(engine) => Ok((engine, false)),
        Err(error) => Err(Fault::of(Status::Engine, &error)),
    }
}

fn make_linker(engine: &Engine, concurrency: bool) -> wasmtime::Result<Linker<HostState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    if concurrency {
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    }
    Ok(linker)
}

/// Advances the epoch until the engine is gone.
fn start_ticking(engine: &Engine, counters: Arc<Counters>, tick_ms: u32) -> std::io::Result<()> {
    let engine = engine.weak();
    let tick = Duration::from_millis(tick_ms.into());
    let ticker = move || {
        loop {
            std::thread::sleep(tick);
            let Some(engine) = engine.upgrade() else { return };
            counters.epoch.fetch_add(1, Relaxed);
            engine.increment_epoch();
        }
    };
    std::thread::Builder::new().name("weft-epoch".into()).spawn(ticker).map(drop)
}

fn new_engine(config: &WeEngineConfig) -> Result<WeEngine, Fault> {
    if !runtime::is_initialised() {
        return Err(Fault::new(Status::State, "the runtime is not initialised"));
    }
    config.validate()?;
    let (engine, pooling) = make_engine(config)?;
    let linker = make_linker(&engine, config.has_concurrency())
        .map_err(|error| Fault::of(Status::Internal, &error))?;
    let counters = Arc::new(Counters::default());
    start_ticking(&engine, counters.clone(), config.epoch_tick_ms)
        .map_err(|error| Fault::new(Status::Engine, format!("cannot start a thread: {error}")))?;
    Ok(WeEngine(Arc::new(EngineParts { engine, linker, config: *config, counters, pooling })))
}

impl EngineParts {
    fn metrics(&self) -> WeMetrics {
        let counters = &self.counters;
        let mut metrics = WeMetrics {
            size: size_of::<WeMetrics>(),
            pooling: self.pooling.into(),
            instances: counters.stores.load(Relaxed),
            tasks: counters.tasks.load(Relaxed),
            epoch_yields: counters.yields.load(Relaxed),
            pool_memories: 0,
            pool_stacks: 0,
            warm_bytes: 0,
        };
        if let Some(pool) = self.engine.pooling_allocator_metrics() {
            metrics.pool_memories = pool.memories() as u64;
            metrics.pool_stacks = pool.stacks() as u64;
            metrics.warm_bytes = pool.unused_memory_bytes_resident() as u64
                + pool.unused_table_bytes_resident() as u64
                + pool.unused_stack_bytes_resident().unwrap_or(0) as u64;
        }
        metrics
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_engine_new(
    config: *const WeEngineConfig,
    out: *mut *mut WeEngine,
    error: *mut *mut Fault,
) -> i32 {
    let result = unsafe { options(config) }
        .and_then(new_engine)
        .and_then(|engine| unsafe { give(engine, out, "out") });
    unsafe { report(result, error) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_engine_free(engine: *mut WeEngine) {
    unsafe { take(engine) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_engine_metrics(engine: *const WeEngine, out: *mut WeMetrics) -> i32 {
    let result = unsafe { handle(engine, "engine") }.and_then(|engine| {
        unsafe { options(out.cast_const()) }?;
        unsafe { *out = engine.0.metrics() };
        Ok(())
    });
    unsafe { report(result, std::ptr::null_mut()) }
}
