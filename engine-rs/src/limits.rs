//! What one instance may use, and what holds its store to it.

use crate::abi::{self, Context, WeStr};
use crate::error::Fault;
use crate::runtime;
use crate::stdio::OutputCall;
use crate::value::state::WeImports;
use crate::wasi_context::{WasiContext, WasiContextPointer};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use wasmtime::{ResourceLimiter, Result};
use wasmtime_wasi::WasiCtxBuilder;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeInstanceOptions {
    pub size: usize,
    pub memory_bytes_max: u64,
    pub host_data_bytes_max: u64,
    pub cpu_time_ns_max: u64,
    pub table_elements_max: u32,
    pub handles_max: u32,
    pub fields_bytes_max: u32,
    pub random_bytes_max: u32,
    pub parts_max: u32,
    pub concurrent_max: u32,
    pub output: Option<OutputCall>,
    pub fault: Option<extern "C" fn(*mut c_void, *const Fault)>,
    pub refused: Option<extern "C" fn(*mut c_void, i32, WeStr)>,
    pub context: Context,
    pub imports: WeImports,
    pub wasi_context: WasiContextPointer,
}
const _: () = assert!(size_of::<WeInstanceOptions>() == 120);
unsafe impl abi::Sized for WeInstanceOptions {
    const NAME: &'static str = "we_instance_options";
}

fn or<T: Default + PartialEq>(value: T, fallback: T) -> T {
    if value == T::default() { fallback } else { value }
}

impl WeInstanceOptions {
    /// What a guest with these options sees of `context`. Errors: WasiContext.
    pub fn wasi(&self, context: &WasiContext) -> Result<WasiCtxBuilder, Fault> {
        context.wasi(self.random_bytes_max, self.output, self.context)
    }

    /// The same with every "0" replaced by what it stands for.
    pub fn resolved(&self, engine_memory_bytes_max: u64) -> WeInstanceOptions {
        WeInstanceOptions {
            memory_bytes_max: or(self.memory_bytes_max, engine_memory_bytes_max),
            host_data_bytes_max: or(self.host_data_bytes_max, 16 << 20),
            cpu_time_ns_max: or(self.cpu_time_ns_max, u64::MAX),
            table_elements_max: or(self.table_elements_max, 20_000),
            handles_max: or(self.handles_max, 1_000),
            fields_bytes_max: or(self.fields_bytes_max, 64 << 10),
            random_bytes_max: or(self.random_bytes_max, 64 << 10),
            parts_max: or(self.parts_max, 100),
            concurrent_max: or(self.concurrent_max, 1),
            ..*self
        }
    }
}

/// Counts the memory of a store as a whole. A refused growth is remembered: the guest sees it as
/// "out of memory" and mostly dies of it in a way of its own.
pub struct Limiter {
    memory_bytes: usize,
    memory_bytes_max: usize,
    table_elements_max: usize,
    parts_max: usize,
    growth_refused: bool,
}

impl Limiter {
    pub fn new(options: &WeInstanceOptions) -> Self {
        Limiter {
            memory_bytes: 0,
            memory_bytes_max: options.memory_bytes_max as usize,
            table_elements_max: options.table_elements_max as usize,
            parts_max: options.parts_max as usize,
            growth_refused: false,
        }
    }

    pub fn growth_refused(&self) -> bool {
        self.growth_refused
    }

    fn refuse_unless(&mut self, allowed: bool) -> Result<bool> {
        self.growth_refused |= !allowed;
        Ok(allowed)
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        // Beyond the memory's own maximum the growth fails anyway and must not be charged.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return self.refuse_unless(false);
        }
        let total = self.memory_bytes.saturating_add(desired - current);
        let allowed = total <= self.memory_bytes_max;
        if allowed {
            self.memory_bytes = total;
        }
        self.refuse_unless(allowed)
    }

    fn table_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let most = maximum.unwrap_or(usize::MAX).min(self.table_elements_max);
        self.refuse_unless(desired <= most)
    }

    fn instances(&self) -> usize {
        self.parts_max
    }

    fn tables(&self) -> usize {
        self.parts_max
    }

    fn memories(&self) -> usize {
        self.parts_max
    }
}

/// The running time of an instance since its newest call began: the time spent inside of polls,
/// also of those that end before a slice is over.
pub struct RunningTime {
    before_this_poll_ns: AtomicU64,
    ns_max: u64,
}

impl RunningTime {
    pub fn new(options: &WeInstanceOptions) -> Self {
        RunningTime { before_this_poll_ns: AtomicU64::new(0), ns_max: options.cpu_time_ns_max }
    }

    pub fn begin_call(&self) {
        self.before_this_poll_ns.store(0, Relaxed);
    }

    /// Adds the poll that ends now.
    pub fn end_poll(&self) {
        if self.ns_max == u64::MAX {
            return; // Nobody asks, and looking at the clock costs more than all else here.
        }
        self.before_this_poll_ns.fetch_add(as_ns(runtime::poll_time()), Relaxed);
    }

    pub fn is_used_up(&self) -> bool {
        self.before_this_poll_ns.load(Relaxed) >= self.ns_max
    }

    /// The same in the middle of a poll.
    pub fn is_used_up_now(&self) -> bool {
        let so_far = self.before_this_poll_ns.load(Relaxed);
        so_far.saturating_add(as_ns(runtime::poll_time())) >= self.ns_max
    }
}

fn as_ns(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}

/// Counters that outlive the engine's handle: every store and task holds them.
pub struct Counters {
    /// How long a poll must have run for its slice to be over.
    pub slice_min: Duration,
    pub stores: AtomicU64,
    pub tasks: AtomicU64,
    pub yields: AtomicU64,
}

impl Counters {
    pub fn new(tick: Duration) -> Self {
        let zero = || AtomicU64::new(0);
        // Looked at twice a tick: slices are between three and five quarters of one.
        Counters { slice_min: tick * 3 / 4, stores: zero(), tasks: zero(), yields: zero() }
    }
}
