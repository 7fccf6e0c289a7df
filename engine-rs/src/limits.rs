//! What one call may use, and the limiter that holds its store to it.

use crate::abi::{self, Context, WeStr};
use std::ffi::c_void;
use wasmtime::{ResourceLimiter, Result};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct WeCallOptions {
    pub size: usize,
    pub memory_bytes_max: u64,
    pub hostcall_bytes_max: u64,
    pub table_elements_max: u32,
    pub handles_max: u32,
    pub cpu_ticks_max: u32,
    pub header_bytes_max: u32,
    pub output: Option<extern "C" fn(*mut c_void, i32, WeStr)>,
    pub output_context: Context,
}
const _: () = assert!(size_of::<WeCallOptions>() == 56);
unsafe impl abi::Sized for WeCallOptions {
    const NAME: &'static str = "we_call_options";
}

fn or<T: Default + PartialEq>(value: T, fallback: T) -> T {
    if value == T::default() { fallback } else { value }
}

impl WeCallOptions {
    /// The same with every "0" replaced by what it stands for.
    pub fn resolved(&self, engine_memory_bytes_max: u64) -> WeCallOptions {
        WeCallOptions {
            memory_bytes_max: or(self.memory_bytes_max, engine_memory_bytes_max),
            hostcall_bytes_max: or(self.hostcall_bytes_max, 16 << 20),
            table_elements_max: or(self.table_elements_max, 20_000),
            handles_max: or(self.handles_max, 1_000),
            header_bytes_max: or(self.header_bytes_max, 64 << 10),
            ..*self
        }
    }
}

/// Core instances, tables and memories of one store: far above what toolchains produce.
const PARTS_MAX: usize = 100;

/// Counts the memory of a store as a whole. A refused growth is remembered: the guest sees it as
/// "out of memory" and mostly dies of it in a way of its own.
pub struct Limiter {
    memory_bytes: usize,
    memory_bytes_max: usize,
    table_elements_max: usize,
    growth_refused: bool,
}

impl Limiter {
    pub fn new(options: &WeCallOptions) -> Self {
        Limiter {
            memory_bytes: 0,
            memory_bytes_max: options.memory_bytes_max as usize,
            table_elements_max: options.table_elements_max as usize,
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
        PARTS_MAX
    }

    fn tables(&self) -> usize {
        PARTS_MAX
    }

    fn memories(&self) -> usize {
        PARTS_MAX
    }
}
