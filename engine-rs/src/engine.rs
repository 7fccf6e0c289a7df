//! The engine: what is compiled and run how, what it offers to guests, its clock and its counters.

use crate::abi::{self, WeStr, take};
use crate::checks::{give, handle, options};
use crate::config::{Flavour, WeEngineConfig};
use crate::error::{Fault, Status, report};
use crate::limits::{Counters, RunningTime, WeInstanceOptions};
use crate::outgoing_body;
use crate::runtime;
use crate::store::{HostState, bound_running_time};
use crate::ticker;
use crate::wasi_context::WasiContext;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use wasmtime::component::Linker;
use wasmtime::{Engine, Store};

/// One Wasmtime engine and what it offers.
pub struct Machine {
    pub engine: Engine,
    pub linker: Linker<HostState>,
    pub flavour: Flavour,
    /// Why there is no pool.
    refusal: Option<String>,
}

pub struct EngineParts {
    pub config: WeEngineConfig,
    pub counters: Arc<Counters>,
    plain: Machine,
    /// Made when the first component needs it: its pool reserves address space of its own.
    concurrent: OnceLock<Machine>,
    making: Mutex<()>,
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
    pub pool_refusal: WeStr,
}
const _: () = assert!(size_of::<WeMetrics>() == 80);
unsafe impl abi::Sized for WeMetrics {
    const NAME: &'static str = "we_metrics";
}

impl Machine {
    /// The pool reserves its address space at once: a machine with too little of it (a limit, a small
    /// container) gets an engine that allocates on demand instead.
    fn new(config: &WeEngineConfig, flavour: Flavour) -> Result<Self, Fault> {
        let refusal =
            match config.wants_pool().then(|| Engine::new(&config.wasmtime(flavour, true))) {
                Some(Ok(engine)) => return Machine::with_linker(engine, flavour, None),
                Some(Err(error)) => format!("{error:#}"),
                None => "nobody wanted one".to_owned(),
            };
        match Engine::new(&config.wasmtime(flavour, false)) {
            Ok(engine) => Machine::with_linker(engine, flavour, Some(refusal)),
            Err(error) => Err(Fault::of(Status::Engine, &error)),
        }
    }

    fn with_linker(
        engine: Engine,
        flavour: Flavour,
        refusal: Option<String>,
    ) -> Result<Self, Fault> {
        let linker =
            make_linker(&engine, flavour).map_err(|error| Fault::of(Status::Internal, &error))?;
        Ok(Machine { engine, linker, flavour, refusal })
    }
}

fn make_linker(engine: &Engine, flavour: Flavour) -> wasmtime::Result<Linker<HostState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    outgoing_body::bound(&mut linker)?;
    if flavour == Flavour::Concurrent {
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    }
    Ok(linker)
}

/// The ticker sees that nobody needs it.
impl Drop for EngineParts {
    fn drop(&mut self) {
        ticker::wake();
    }
}

/// Advances the epoch, twice a tick while guests run, until the last user of the engine is gone.
fn start_ticking(parts: &Arc<EngineParts>) -> std::io::Result<()> {
    let pause = parts.config.tick() / 2;
    let parts = Arc::downgrade(parts);
    let tick = move || {
        let parts = parts.upgrade();
        parts.iter().flat_map(|parts| parts.machines()).for_each(|it| it.engine.increment_epoch());
        parts.is_some()
    };
    let thread = std::thread::Builder::new().name("weft-epoch".into());
    thread.spawn(move || ticker::run(pause, tick)).map(drop)
}

fn new_engine(config: &WeEngineConfig) -> Result<WeEngine, Fault> {
    if !runtime::is_initialised() {
        return Err(Fault::new(Status::State, "the runtime is not initialised"));
    }
    config.validate()?;
    let parts = Arc::new(EngineParts {
        config: *config,
        counters: Arc::new(Counters::new(config.tick())),
        plain: Machine::new(config, Flavour::Plain)?,
        concurrent: OnceLock::new(),
        making: Mutex::new(()),
    });
    start_ticking(&parts)
        .map_err(|error| Fault::new(Status::Engine, format!("cannot start a thread: {error}")))?;
    Ok(WeEngine(parts))
}

impl EngineParts {
    pub fn machine(&self, flavour: Flavour) -> Result<&Machine, Fault> {
        if flavour == Flavour::Plain {
            return Ok(&self.plain);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(machine) = self.concurrent.get() {
            return Ok(machine);
        }
        let machine = Machine::new(&self.config, flavour)?;
        Ok(self.concurrent.get_or_init(|| machine))
    }

    fn machines(&self) -> impl Iterator<Item = &Machine> {
        std::iter::once(&self.plain).chain(self.concurrent.get())
    }

    fn metrics(&self) -> WeMetrics {
        let counters = &self.counters;
        let refusal = self.machines().find_map(|machine| machine.refusal.as_ref());
        let mut metrics = WeMetrics {
            size: size_of::<WeMetrics>(),
            pooling: refusal.is_none().into(),
            instances: counters.stores.load(Relaxed),
            tasks: counters.tasks.load(Relaxed),
            epoch_yields: counters.yields.load(Relaxed),
            pool_memories: 0,
            pool_stacks: 0,
            warm_bytes: 0,
            pool_refusal: WeStr::of(refusal.map_or(b"", String::as_bytes)),
        };
        for pool in self.machines().filter_map(|one| one.engine.pooling_allocator_metrics()) {
            metrics.pool_memories += pool.memories() as u64;
            metrics.pool_stacks += pool.stacks() as u64;
            metrics.warm_bytes += pool.unused_memory_bytes_resident() as u64
                + pool.unused_table_bytes_resident() as u64
                + pool.unused_stack_bytes_resident().unwrap_or(0) as u64;
        }
        metrics
    }
}

/// Errors: PoolFull.
pub fn check_room(engine: &EngineParts) -> Result<(), Fault> {
    let instances_max = engine.config.instances_max;
    if engine.counters.stores.load(Relaxed) >= instances_max.into() {
        let message = format!("all {instances_max} instances are in use");
        return Err(Fault::new(Status::PoolFull, message));
    }
    Ok(())
}

/// Makes the store of one instance. `options` are resolved. Errors: PoolFull, WasiContext.
pub fn new_store(
    engine: &EngineParts,
    machine: &Machine,
    (options, context): (&WeInstanceOptions, &WasiContext),
    running_time: Arc<RunningTime>,
) -> Result<Store<HostState>, Fault> {
    check_room(engine)?;
    let counters = &engine.counters;
    let wasi = options.wasi(context)?.build();
    let mut store = Store::new(&machine.engine, HostState::new(options, wasi, counters.clone()));
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(options.host_data_bytes_max as usize);
    store.set_max_component_handles(options.handles_max as usize);
    bound_running_time(&mut store, counters.clone(), running_time);
    Ok(store)
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
