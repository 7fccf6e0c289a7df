//! Core modules of WASI preview 1: compiled and linked once, run in a store of their own.

use crate::abi::take;
use crate::checks::{give, handle};
use crate::config::Flavour;
use crate::engine::{EngineParts, Machine, check_room};
use crate::error::{Fault, Status, report};
use crate::limits::Counters;
use crate::limits::{Limiter, WeInstanceOptions};
use crate::program::{Start, WeCommandSink, exit_code, no_command};
use crate::store::bound_running_time;
use crate::task::WeTask;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use wasmtime::{ExternType, InstancePre, Linker, Module, Store};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p1::{self, WasiP1Ctx};

/// What a store of a core module holds.
struct ModuleState {
    wasi: WasiP1Ctx,
    limiter: Limiter,
    counters: Arc<Counters>,
}

impl ModuleState {
    fn new(options: &WeInstanceOptions, mut wasi: WasiP1Ctx, counters: Arc<Counters>) -> Self {
        counters.stores.fetch_add(1, Relaxed);
        wasi.ctx().table.set_max_capacity(options.handles_max as usize);
        ModuleState { wasi, limiter: Limiter::new(options), counters }
    }
}

impl Drop for ModuleState {
    fn drop(&mut self) {
        self.counters.stores.fetch_sub(1, Relaxed);
    }
}

struct ModuleParts {
    engine: Arc<EngineParts>,
    pre: InstancePre<ModuleState>,
    is_command: bool,
}

/// `we_module`.
pub struct WeModule(Arc<ModuleParts>);

const START: &str = "_start";

fn is_command(module: &Module) -> bool {
    match module.get_export(START) {
        Some(ExternType::Func(start)) => start.params().len() == 0 && start.results().len() == 0,
        _ => false,
    }
}

pub fn link(
    engine: &Arc<EngineParts>,
    machine: &Machine,
    module: &Module,
) -> Result<WeModule, Fault> {
    let mut linker = Linker::new(&machine.engine);
    p1::add_to_linker_async(&mut linker, |state: &mut ModuleState| &mut state.wasi)
        .map_err(|error| Fault::of(Status::Internal, &error))?;
    let pre = linker.instantiate_pre(module).map_err(|error| Fault::of(Status::Link, &error))?;
    let (engine, is_command) = (engine.clone(), is_command(module));
    Ok(WeModule(Arc::new(ModuleParts { engine, pre, is_command })))
}

fn new_store(engine: &EngineParts, start: &Start) -> Result<Store<ModuleState>, Fault> {
    check_room(engine)?;
    let (options, counters) = (&start.options, &engine.counters);
    let wasi = options.wasi(&start.context)?.build_p1();
    let state = ModuleState::new(options, wasi, counters.clone());
    let mut store = Store::new(&engine.machine(Flavour::Plain)?.engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(options.host_data_bytes_max as usize);
    bound_running_time(&mut store, counters.clone(), start.running_time.clone());
    Ok(store)
}

async fn call_start(
    pre: &InstancePre<ModuleState>,
    store: &mut Store<ModuleState>,
) -> wasmtime::Result<()> {
    let instance = pre.instantiate_async(&mut *store).await?;
    let start = instance.get_typed_func::<(), ()>(&mut *store, START)?;
    start.call_async(store, ()).await
}

async fn run_module(module: Arc<ModuleParts>, start: Arc<Start>) -> Result<i32, Fault> {
    let mut store = new_store(&module.engine, &start)?;
    let ended = call_start(&module.pre, &mut store).await;
    exit_code(ended.map(Ok), store.data().limiter.growth_refused())
}

/// # Safety
/// The pointers are as the header says.
unsafe fn start(
    module: *const WeModule,
    raw: *const WeInstanceOptions,
    sink: *const WeCommandSink,
) -> Result<WeTask, Fault> {
    let module = unsafe { handle(module, "module") }?.0.clone();
    let engine = module.engine.clone();
    let start = Arc::new(unsafe { Start::new(&engine, raw, sink) }?);
    if !module.is_command {
        return Err(no_command("the module does not export the function '_start'"));
    }
    Ok(start.clone().into_task(&engine, run_module(module, start)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_module_free(module: *mut WeModule) {
    unsafe { take(module) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_module_is_command(module: *const WeModule) -> i32 {
    unsafe { module.as_ref() }.is_some_and(|module| module.0.is_command).into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_module_start(
    module: *const WeModule,
    options: *const WeInstanceOptions,
    sink: *const WeCommandSink,
    out: *mut *mut WeTask,
    error: *mut *mut Fault,
) -> i32 {
    let result =
        unsafe { start(module, options, sink) }.and_then(|task| unsafe { give(task, out, "out") });
    unsafe { report(result, error) }
}
