//! From the caller's figures to a Wasmtime configuration.

use crate::abi;
use crate::error::{Fault, Status};
use std::time::Duration;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, ModuleVersionStrategy, PoolingAllocationConfig,
};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeEngineConfig {
    pub size: usize,
    pub instances_max: u32,
    pub epoch_tick_ms: u32,
    pub memory_bytes_max: u64,
    pub keep_resident_bytes: u64,
    pub allocation: i32,
    pub reset: i32,
    pub table_elements_max: u32,
    pub reserved: u32,
}
const _: () = assert!(size_of::<WeEngineConfig>() == 48);
unsafe impl abi::Sized for WeEngineConfig {
    const NAME: &'static str = "we_engine_config";
}

/// Whether calls go through Wasmtime's event loop. WASI 0.3 needs it; what uses nothing of 0.3 runs
/// cheaper without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    Plain,
    Concurrent,
}

/// What the crates and their features are: artefacts of another build do not load. By default only
/// Wasmtime's major version would count, and a fix of its code generator would not.
const BUILD: u64 = fnv1a(&[include_bytes!("../Cargo.lock"), include_bytes!("../Cargo.toml")]);

/// FNV-1a, 64 bits: tells builds apart that nobody made alike on purpose.
#[allow(long_running_const_eval)]
const fn fnv1a(texts: &[&[u8]]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut text = 0;
    while text < texts.len() {
        let mut at = 0;
        while at < texts[text].len() {
            hash = (hash ^ texts[text][at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        text += 1;
    }
    hash
}

fn version() -> ModuleVersionStrategy {
    ModuleVersionStrategy::Custom(format!("48.0.8+{BUILD:016x}"))
}

const PAGE: u64 = 64 * 1024;
const STACK_KEEP_RESIDENT: usize = 64 * 1024;
/// Guests of the usual toolchains are three core instances with two tables: a component's share of
/// the pool is generous in what costs only address space.
const PARTS_PER_INSTANCE: u32 = 4;
/// Most have one memory; one guest with a few must not take those of others.
const MEMORIES_PER_INSTANCE: u32 = 2;
const MEMORIES_PER_MODULE: u32 = 8;
const TABLES_PER_MODULE: u32 = 8;
const TABLE_ELEMENTS: usize = 20_000;
const BACKTRACE_FRAMES_MAX: usize = 64;

fn range(name: &str, value: u64, least: u64, most: u64) -> Result<(), Fault> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let message = format!("'{name}' is {value}, it must be between {least} and {most}");
    Err(Fault::new(Status::Invalid, message))
}

impl WeEngineConfig {
    pub fn validate(&self) -> Result<(), Fault> {
        range("instances_max", self.instances_max.into(), 1, 100_000)?;
        range("epoch_tick_ms", self.epoch_tick_ms.into(), 1, 10_000)?;
        range("memory_bytes_max", self.memory_bytes_max, PAGE, 4 << 30)?;
        range("memory_bytes_max modulo 64 KiB", self.memory_bytes_max % PAGE, 0, 0)?;
        range("keep_resident_bytes", self.keep_resident_bytes, 0, self.memory_bytes_max)?;
        range("table_elements_max", self.table_elements_max.into(), 0, 10_000_000)?;
        range("allocation", self.allocation as u64, 0, 1)?;
        range("reset", self.reset as u64, 0, 1)
    }

    /// A guest's time slice.
    pub fn tick(&self) -> Duration {
        Duration::from_millis(self.epoch_tick_ms.into())
    }

    pub fn wants_pool(&self) -> bool {
        self.allocation == 1
    }

    /// The configuration with the pool or without it.
    pub fn wasmtime(&self, flavour: Flavour, pool: bool) -> Config {
        let concurrent = flavour == Flavour::Concurrent;
        let mut config = Config::new();
        config
            .epoch_interruption(true)
            .concurrency_support(concurrent)
            .wasm_component_model_async(concurrent)
            .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(BACKTRACE_FRAMES_MAX))
            // Registered unwind tables tax every C++ throw of the process.
            .native_unwind_info(false);
        config.module_version(version()).expect("a version is short");
        if pool {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(self.pool()));
        }
        config
    }

    fn pool(&self) -> PoolingAllocationConfig {
        let count = self.instances_max;
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(count)
            .total_core_instances(count.saturating_mul(PARTS_PER_INSTANCE))
            .total_tables(count.saturating_mul(PARTS_PER_INSTANCE))
            .total_memories(count.saturating_mul(MEMORIES_PER_INSTANCE))
            .max_memories_per_module(MEMORIES_PER_MODULE)
            .max_tables_per_module(TABLES_PER_MODULE)
            .table_elements(match self.table_elements_max {
                0 => TABLE_ELEMENTS,
                most => most as usize,
            })
            .total_stacks(count)
            .max_memory_size(self.memory_bytes_max as usize)
            .linear_memory_keep_resident(self.keep_resident_bytes as usize)
            .table_keep_resident(self.keep_resident_bytes as usize)
            .async_stack_keep_resident(STACK_KEEP_RESIDENT)
            // Given back with each instance: what waits in a queue counts against nobody's limit.
            .decommit_batch_size(1)
            .max_unused_warm_slots(count.min(100))
            .pagemap_scan(if self.reset == 1 { Enabled::Yes } else { Enabled::No });
        pool
    }
}
