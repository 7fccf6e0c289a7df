//! An engine set up as Weft's is (engine-rs/src/config.rs and store.rs), and the means to wait for it.

use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store,
    UpdateDeadline,
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Plain,
    Concurrent,
}

const INSTANCES_MAX: u32 = 1_000;
const MEMORY_BYTES_MAX: usize = 256 << 20;
const KEEP_RESIDENT_BYTES: usize = 64 << 10;
const EPOCH_TICK: Duration = Duration::from_millis(10);
const HOSTCALL_BYTES_MAX: usize = 16 << 20;

fn config(flavour: Flavour, pool: bool) -> Config {
    let concurrent = flavour == Flavour::Concurrent;
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .concurrency_support(concurrent)
        .wasm_component_model_async(concurrent)
        .native_unwind_info(false);
    if !pool {
        return config;
    }
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(INSTANCES_MAX)
        .total_core_instances(4 * INSTANCES_MAX)
        .total_tables(4 * INSTANCES_MAX)
        .total_memories(INSTANCES_MAX)
        .total_stacks(INSTANCES_MAX)
        .max_memory_size(MEMORY_BYTES_MAX)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .table_keep_resident(KEEP_RESIDENT_BYTES)
        .async_stack_keep_resident(KEEP_RESIDENT_BYTES)
        .decommit_batch_size(1)
        .max_unused_warm_slots(100)
        .pagemap_scan(Enabled::Auto);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

pub struct Machine {
    pub engine: Engine,
    pub linker: Linker<()>,
    guests: std::path::PathBuf,
    suffix: &'static str,
}

impl Machine {
    pub fn new(flavour: Flavour, guests: &Path) -> Result<Self> {
        let engine = match Engine::new(&config(flavour, true)) {
            Ok(engine) => engine,
            Err(_) => Engine::new(&config(flavour, false))?,
        };
        let ticking = engine.weak();
        std::thread::spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(EPOCH_TICK);
            }
        });
        let suffix = if flavour == Flavour::Concurrent { "_concurrent" } else { "" };
        Ok(Machine { linker: Linker::new(&engine), engine, guests: guests.into(), suffix })
    }

    pub fn load(&self, name: &str) -> Result<InstancePre<()>> {
        let file = self.guests.join(format!("{name}{}.wasm", self.suffix));
        self.linker.instantiate_pre(&Component::from_file(&self.engine, file)?)
    }

    pub fn store(&self) -> Store<()> {
        let mut store = Store::new(&self.engine, ());
        store.set_hostcall_fuel(HOSTCALL_BYTES_MAX);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Continue(1)));
        store
    }
}

/// Nothing here ever waits: a future that is not ready yields, and is polled again at once.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}
